import { misreadSaid, readLine, readValues, verbNamed, type Misread } from '#core'
import { describe, expect, test } from 'vitest'

const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 27, 10, 30) }
const telling = { say: (line: string) => `bin/duffy ${line}`, at: 0 as never }

const base: Omit<Misread, 'problem'> = {
  type: 'misread',
  from: 'line',
  verb: 'get',
  argument: 'count',
  got: 'many',
  example: 'get metal',
  suggestion: null,
}
const duration = { type: 'badDuration', example: '2h', longestMs: 1000 } as const
const instant = { type: 'badInstant', example: '18:00', aheadMs: 1000 } as const

/** One of every type: a new problem does not compile until it is here. */
const EVERY: { readonly [T in Misread['problem']['type']]: Misread['problem'] & { readonly type: T } } = {
  empty: { type: 'empty' },
  unknownVerb: { type: 'unknownVerb' },
  unknownArgument: { type: 'unknownArgument' },
  idle: { type: 'idle' },
  missing: { type: 'missing' },
  twice: { type: 'twice' },
  notBoth: { type: 'notBoth', other: 'until' },
  tooMany: { type: 'tooMany', most: 3 },
  tooLong: { type: 'tooLong', most: 3 },
  controlCharacters: { type: 'controlCharacters' },
  unclosedQuote: { type: 'unclosedQuote' },
  badWord: { type: 'badWord' },
  badText: { type: 'badText' },
  badCount: { type: 'badCount', least: 1, most: 1000 },
  badDuration: { ...duration, because: 'nonsense' },
  badInstant: { ...instant, because: 'nonsense' },
  badRecurring: { type: 'badRecurring', because: 'nonsense', example: 'sunday 02:00' },
  badChoice: { type: 'badChoice', of: ['same', 'any'] },
  badFlag: { type: 'badFlag' },
  badKey: { type: 'badKey', because: 'broken' },
  badFingerprint: { type: 'badFingerprint' },
  badIdentity: { type: 'badIdentity' },
  badMember: { type: 'badMember' },
  badUuid: { type: 'badUuid' },
  badLinkCode: { type: 'badLinkCode' },
  badMail: { type: 'badMail' },
  badBuildUrl: { type: 'badBuildUrl' },
  badPairs: { type: 'badPairs' },
  badPath: { type: 'badPath' },
}

test('a word that is none of a choice is told what all of them are', () => {
  const of = ['same', 'prefer', 'any']
  const { room } = misreadSaid({ ...base, got: 'sane', problem: { type: 'badChoice', of } }, telling)
  expect(room[0]).toContain('"sane" does not belong there: same, prefer or any does.')
})

test('what every line of a verb needs is told by the shortest one', () => {
  const misread = readLine('extend', PORTS) as Misread
  expect(misreadSaid(misread, telling).room[0]).toContain('Try: bin/duffy extend 2h')
})

describe('every misread', () => {
  test.each(Object.values(EVERY))('$type: one line, that nothing was done, and what to type', (problem) => {
    const { room, person } = misreadSaid({ ...base, problem }, telling)
    expect(person).toEqual([])
    expect(room).toHaveLength(1)
    expect(room[0]).toMatch(/Nothing was done\. (?:See|Try:) bin\/duffy /)
    expect(room[0]).not.toMatch(/undefined|null|\[object/)
  })

  test.each(['nonsense', 'noUnit', 'zero', 'negative', 'tooLong', 'clockTime'] as const)(
    'a duration: %s',
    (because) => {
      expect(misreadSaid({ ...base, problem: { ...duration, because } }, telling).room[0]).toContain('many')
    },
  )

  test.each(['nonsense', 'noTime', 'noSuchDate', 'past', 'tooFar'] as const)('an instant: %s', (because) => {
    expect(misreadSaid({ ...base, problem: { ...instant, because } }, telling).room[0]).toContain('many')
  })

  test('fields have no line to type', () => {
    const read = readValues(verbNamed('get')!, { type: 'metal', count: 'many' }, PORTS) as Misread
    expect(misreadSaid(read, telling).room).toEqual([
      '"many" is no number of machines: a whole number from 1 to 1000 is. Nothing was done.',
    ])
  })
})

describe('the words', () => {
  test.each([
    ['gte metal', 'I don\'t know "gte". Nothing was done. Did you mean: bin/duffy get metal'],
    [
      'get metal until 18:00',
      `A time of day ("18:00") does not belong there: say how long, such as 4h. Nothing was done. Try: bin/duffy get metal 2 for 4h`,
    ],
    [
      'get metal 0',
      '"0" is no number of machines: a whole number from 1 to 1000 is. Nothing was done. Try: bin/duffy get metal',
    ],
    [
      'keys add -----BEGIN OPENSSH PRIVATE KEY-----',
      'That is a private key: never paste it anywhere, and make a new one now. Show the line in the .pub file. Nothing was done. Try: bin/duffy keys add ssh-ed25519 AAAA… you@host',
    ],
  ])('%s', (line, said) => {
    const read = readLine(line, PORTS) as Misread
    expect(misreadSaid(read, telling).room).toEqual([said])
  })
})

test.each([
  [
    'reserve',
    { type: 'metal', from: 'now' },
    '"now" is no time: 18:00, "tomorrow 09:10" or 2026-11-28T02:00Z is, in UTC.',
  ],
  ['extend', {}, '"by" or "until" is missing.'],
])('what would do in place of bad input to %s is told, each once', (verb, fields, sentence) => {
  const read = readValues(verbNamed(verb)!, fields, PORTS)
  expect(misreadSaid(read as Misread, telling).room[0]).toContain(sentence)
})
