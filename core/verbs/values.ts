import { readBuildUrl } from '../build.ts'
import { readPath } from '../collect.ts'
import { readDuration } from '../duration.ts'
import { readInstant, readRecurring } from '../instant.ts'
import { linkCodeDigest } from '../link-code.ts'
import type { Address } from '../request.ts'
import { readMember } from '../member.ts'
import { readSshKey, type FingerprintOf } from '../ssh-key.ts'
import type { Kind, Value } from './kind.ts'
import type { Problem } from './misread.ts'
import { hasControl } from './text.ts'

/** What reading needs of the world. */
export interface Ports {
  readonly fingerprint: FingerprintOf
  /** Where the asker can be told things; null: nowhere. */
  readonly address: Address | null
  /** When it was asked, in milliseconds since 1970: what times of day are counted from. */
  readonly at: number
}

export type Reading = { readonly type: 'value'; readonly value: Value } | Problem

type Given = string | number | boolean | object

/** One value of a kind, as typed or as sent. Lengths are looked at before anything else. */
export function readValue(kind: Kind, given: Given, { fingerprint, at }: Pick<Ports, 'fingerprint' | 'at'>): Reading {
  switch (kind.type) {
    case 'word':
      return readWord(given, kind.longest)
    case 'text':
      return readText(given, kind.longest)
    case 'count':
      return readCount(given, kind.least ?? 1, kind.most)
    case 'duration':
      return isDefault(kind, given) ? value(DEFAULT) : readLength(given, kind)
    case 'instant': {
      const { aheadMs, example } = kind
      const read = typeof given === 'string' ? readInstant(given, at, aheadMs) : 'nonsense'
      return typeof read === 'number' ? value(read) : { type: 'badInstant', because: read, example, aheadMs }
    }
    case 'recurring': {
      const read = typeof given === 'string' ? readRecurring(given, at) : 'nonsense'
      return typeof read === 'object' ? value(read) : { type: 'badRecurring', because: read, example: kind.example }
    }
    case 'choice': {
      const choice = typeof given === 'string' ? kind.of.find((one) => one === given.toLowerCase()) : undefined
      return choice === undefined ? { type: 'badChoice', of: kind.of } : value(choice)
    }
    case 'flag': {
      if (typeof given === 'boolean') return value(given)
      return given === 'true' || given === 'false' ? value(given === 'true') : { type: 'badFlag' }
    }
    case 'sshKey': {
      const read = readSshKey(typeof given === 'string' ? given : '', fingerprint)
      return read.type === 'key' ? value(read.key) : read
    }
    case 'fingerprint':
      return typeof given === 'string' && given.length === FINGERPRINT && /^SHA256:[A-Za-z0-9+/]+$/.test(given)
        ? value(given)
        : { type: 'badFingerprint' }
    case 'identity':
      return readIdentity(given, kind.longest)
    case 'member': {
      if (typeof given === 'string' && given.length > kind.longest) return { type: 'tooLong', most: kind.longest }
      const member = typeof given === 'string' ? readMember(given) : null
      return member === null ? { type: 'badMember' } : value(member)
    }
    case 'uuid':
      return typeof given === 'string' && UUID.test(given) ? value(given.toLowerCase()) : { type: 'badUuid' }
    case 'linkCode': {
      const digest = typeof given === 'string' ? linkCodeDigest(given, fingerprint) : null
      return digest === null ? { type: 'badLinkCode' } : value(digest)
    }
    case 'mail': {
      if (typeof given !== 'string') return { type: 'badMail' }
      if (given.length > kind.longest) return { type: 'tooLong', most: kind.longest }
      return MAIL_ADDRESS.test(given) ? value(given.toLowerCase()) : { type: 'badMail' }
    }
    case 'buildUrl': {
      const build = typeof given === 'string' ? readBuildUrl(given) : null
      return build === null ? { type: 'badBuildUrl' } : value(build)
    }
    case 'path': {
      if (typeof given === 'string' && given.length > kind.longest) return { type: 'tooLong', most: kind.longest }
      const path = typeof given === 'string' ? readPath(given) : null
      return path === null ? { type: 'badPath' } : value(path)
    }
    case 'pairs':
      return readPairs(given, kind)
  }
}

/** No length of its own: whoever comes next says how long. */
export const DEFAULT = 'default'

/** Whether that is asked for, in a word or by null, of a kind that may be left to others. */
export const isDefault = (kind: Kind, given: Given | null): boolean =>
  kind.type === 'duration' &&
  kind.orDefault === true &&
  (given === null || (typeof given === 'string' && given.toLowerCase() === DEFAULT))

/** What everybody's server takes, without quotes and comments, which nobody's address has. */
const MAIL_ADDRESS =
  /^[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const FINGERPRINT = 'SHA256:'.length + 43

const value = (read: Value): Reading => ({ type: 'value', value: read })

const isWord = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(text)

const readWord = (given: Given, longest: number): Reading => {
  if (typeof given !== 'string') return { type: 'badText' }
  if (given.length > longest) return { type: 'tooLong', most: longest }
  return isWord(given) ? value(given) : { type: 'badWord' }
}

const readText = (given: Given, longest: number): Reading => {
  if (typeof given !== 'string') return { type: 'badText' }
  if (given.length > longest) return { type: 'tooLong', most: longest }
  return hasControl(given) ? { type: 'controlCharacters' } : value(given)
}

const readCount = (given: Given, least: number, most: number): Reading => {
  const isDigits = typeof given === 'string' && given.length <= 10 && /^\d+$/.test(given)
  const count = isDigits ? Number(given) : given
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= least && count <= most
  return isCount ? value(count) : { type: 'badCount', least, most }
}

const readLength = (given: Given, { longestMs, example }: Extract<Kind, { type: 'duration' }>): Reading => {
  const read = typeof given === 'string' ? readDuration(given, longestMs) : durationOf(given)
  return typeof read === 'number' ? value(read) : { type: 'badDuration', because: read, example, longestMs }
}

/** A bare number has no unit, whatever it is. */
const durationOf = (given: Given): 'negative' | 'noUnit' | 'nonsense' => {
  if (typeof given !== 'number') return 'nonsense'
  return given < 0 ? 'negative' : 'noUnit'
}

const IDENTITIES = [
  /^irc:[A-Za-z0-9][A-Za-z0-9._-]*:[\x21-\x39\x3b-\x7e]+$/,
  /^slack:[TE][A-Z0-9]{1,30}:[UW][A-Z0-9]{1,30}$/,
]

const readIdentity = (given: Given, longest: number): Reading => {
  if (typeof given !== 'string') return { type: 'badIdentity' }
  if (given.length > longest) return { type: 'tooLong', most: longest }
  const isSomebody = IDENTITIES.some((pattern) => pattern.test(given)) && !given.endsWith('*')
  return isSomebody ? value(given) : { type: 'badIdentity' }
}

/** Names that mean something to the language itself. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const LONGEST_PAIR_NAME = 100

/** An object of texts, or a list of `name=text`. */
const readPairs = (given: Given, { most, longest }: Extract<Kind, { type: 'pairs' }>): Reading => {
  const entries = entriesOf(given)
  if (entries === null) return { type: 'badPairs' }
  if (entries.length > most) return { type: 'tooMany', most }
  const pairs = new Map<string, string>()
  for (const [name, text] of entries) {
    const isName = name.length <= LONGEST_PAIR_NAME && /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(name)
    if (!isName || RESERVED.has(name) || pairs.has(name)) return { type: 'badPairs' }
    const read = readText(text as Given, longest)
    if (read.type !== 'value') return read
    pairs.set(name, read.value as string)
  }
  return value(Object.fromEntries(pairs))
}

const entriesOf = (given: Given): (readonly [string, unknown])[] | null => {
  const list = typeof given === 'string' ? [given] : given
  if (Array.isArray(list)) {
    return list.every((item) => typeof item === 'string' && item.includes('=')) ? list.map(splitPair) : null
  }
  return typeof given === 'object' ? Object.entries(given) : null
}

const splitPair = (item: string): readonly [string, string] => {
  const equals = item.indexOf('=')
  return [item.slice(0, equals), item.slice(equals + 1)]
}
