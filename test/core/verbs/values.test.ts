import { readValues, verbNamed, type Command, type Misread } from '#core'
import { describe, expect, test } from 'vitest'

const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 27, 10, 30) }
const GET = verbNamed('get')!
const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32, 7)]).toString('base64')}`

const command = (fields: Record<string, unknown>): Command => {
  const read = readValues(GET, fields, PORTS)
  if (read.type === 'misread' || read.ask.type !== 'command') throw new Error(`misread: ${JSON.stringify(read)}`)
  return read.ask.command
}

const misread = (fields: Record<string, unknown>): Misread => {
  const read = readValues(GET, fields, PORTS)
  if (read.type !== 'misread') throw new Error('was read')
  return read
}

describe('a length that may be the default', () => {
  const terms = (lease: unknown) => {
    const read = readValues(verbNamed('tenants set')!, { tenant: 'infra', lease }, PORTS)
    return read.type === 'misread'
      ? read.problem.type
      : read.ask.type === 'command' && 'terms' in read.ask.command && read.ask.command.terms
  }

  test.each([
    ['4h', { defaultMs: 14_400_000 }],
    ['default', { defaultMs: null }],
    [null, { defaultMs: null }],
    [undefined, {}],
    [7200, 'badDuration'],
    ['', 'badDuration'],
  ])('%j', (lease, expected) => {
    expect(terms(lease)).toEqual(expected)
  })
})

describe('fields', () => {
  test('a whole body', () => {
    const body = {
      type: 'metal',
      count: 2,
      for: '4h',
      platform: 'any',
      keys: [KEY],
      reason: 'bisect',
      pool: 'rack-7',
      arch: 'x86_64',
      labels: ['gpu'],
      queue: false,
      priority: 2,
      keepPlace: true,
      pollWithin: '10m',
      metadata: { build: 'https://ci/1' },
      notify: 'irc:libera:alice',
    }
    expect(command(body)).toEqual({
      do: 'get',
      type: 'metal',
      build: null,
      agent: null,
      pool: 'rack-7',
      arch: 'x86_64',
      labels: ['gpu'],
      count: 2,
      platform: 'any',
      chassis: null,
      durationMs: 14_400_000,
      keys: [{ fingerprint: `SHA256:${'x'.repeat(43)}`, line: KEY }],
      reason: 'bisect',
      metadata: { build: 'https://ci/1' },
      queue: false,
      keepPlace: true,
      pollWithinMs: 600_000,
      priority: 2,
      address: { door: 'irc:libera', identity: 'irc:libera:alice', nick: 'alice', room: null },
    })
  })

  test.each([
    [{ type: 'metal', count: '2' }, { count: 2 }],
    [{ type: 'metal', label: 'gpu' }, { labels: ['gpu'] }],
    [{ type: 'metal', now: true }, { queue: false }],
    [{ type: 'metal', now: false }, { queue: true }],
    [{ type: 'metal', queue: 'false' }, { queue: false }],
    [{ type: 'metal', for: '3 days' }, { durationMs: 259_200_000 }],
    [{ type: 'metal', metadata: ['a=b=c'] }, { metadata: { a: 'b=c' } }],
    [
      { type: 'metal', arch: null, pool: undefined },
      { arch: null, pool: null },
    ],
  ])('%j', (fields, part) => {
    expect(command(fields)).toMatchObject(part)
  })

  test.each([
    [{}, 'missing'],
    [{ type: 7 }, 'badText'],
    [{ type: ['metal'] }, 'badText'],
    [{ type: 'metal', count: 'many' }, 'badCount'],
    [{ type: 'metal', count: 1.5 }, 'badCount'],
    [{ type: 'metal', count: 0 }, 'badCount'],
    [{ type: 'metal', count: Number.NaN }, 'badCount'],
    [{ type: 'metal', count: true }, 'badCount'],
    [{ type: 'metal', for: 7200 }, 'badDuration'],
    [{ type: 'metal', for: -1 }, 'badDuration'],
    [{ type: 'metal', platform: 'mine' }, 'badChoice'],
    [{ type: 'metal', queue: 'perhaps' }, 'badFlag'],
    [{ type: 'metal', colour: 'red' }, 'unknownArgument'],
    [{ type: 'metal', labels: Array.from({ length: 500 }, () => 'x') }, 'tooMany'],
    [{ type: 'metal', label: 'a', labels: ['b'] }, 'twice'],
    [{ type: 'metal', keys: ['no key'] }, 'badKey'],
    [{ type: 'metal', reason: 5 }, 'badText'],
    [{ type: 'metal', reason: 'a\nb' }, 'controlCharacters'],
    [{ type: 'metal', notify: 'slack:alice' }, 'badIdentity'],
    [{ type: 'metal', notify: 'irc:libera:*' }, 'badIdentity'],
    [{ type: 'metal', metadata: 'text' }, 'badPairs'],
    [{ type: 'metal', metadata: { constructor: 'x' } }, 'badPairs'],
    [{ type: 'metal', metadata: JSON.parse('{"__proto__":"x"}') as object }, 'badPairs'],
    [{ type: 'metal', metadata: { prototype: 'x' } }, 'badPairs'],
    [{ type: 'metal', metadata: { a: 1 } }, 'badText'],
    [{ type: 'metal', metadata: { a: 'x'.repeat(6000) } }, 'tooLong'],
    [JSON.parse('{"type":"metal","__proto__":{"count":2}}') as Record<string, unknown>, 'unknownArgument'],
  ])('%j is %s', (fields, problem) => {
    expect(misread(fields).problem.type).toBe(problem)
  })

  test('a field that is nearly right is named', () => {
    expect(misread({ type: 'metal', platfrom: 'any' }).suggestion).toBe('platform')
  })
})
