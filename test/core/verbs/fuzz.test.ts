import { readDuration, readLine, readValues, VERBS } from '#core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 27, 10, 30) }

const words = fc.constantFrom(
  ...VERBS.flatMap(({ name, aliases }) => [name, ...aliases]),
  ...VERBS.flatMap((verb) => verb.arguments.flatMap(({ after }) => after ?? [])),
  ...[
    'metal',
    'L7Q2',
    '2',
    '2h',
    'hours',
    'an',
    'any',
    'please',
    '"',
    "'",
    '-1',
    '1.5',
    '{{',
    'until',
    '18:00',
    '__proto__',
    'all',
  ],
)
const line = fc.oneof(
  fc
    .array(fc.oneof({ weight: 4, arbitrary: words }, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 })
    .map((all) => all.join(' ')),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

describe('any input', () => {
  test('a line is read or misread, never thrown at', () => {
    fc.assert(
      fc.property(line, (text) => {
        const read = readLine(text, PORTS)
        if (read.type === 'misread') {
          expect(read.got.length).toBeLessThanOrEqual(41)
          expect(read.example).not.toBe('')
        } else expect(read.verb).toBeDefined()
      }),
      { numRuns: 3000 },
    )
  })

  test('case and space around a line change nothing', () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(readLine(`  ${text} `, PORTS).type).toBe(readLine(text, PORTS).type)
      }),
    )
  })

  test('fields are read or misread, never thrown at', () => {
    const names = fc.constantFrom(
      ...VERBS.flatMap((verb) => verb.arguments.map(({ name }) => name)),
      '__proto__',
      'constructor',
    )
    fc.assert(
      fc.property(fc.constantFrom(...VERBS), fc.dictionary(names, fc.jsonValue()), (verb, fields) => {
        expect(['ask', 'misread']).toContain(readValues(verb, fields, PORTS).type)
      }),
      { numRuns: 3000 },
    )
  })

  test('a length of time is a positive number within bounds, or a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9. hmdw]{0,12}$/)), (text) => {
        const read = readDuration(text, 1000)
        if (typeof read === 'number') expect(read > 0 && read <= 1000).toBe(true)
      }),
    )
  })
})

describe('hostile input', () => {
  test.each([
    ['spaces', `get metal ${' '.repeat(50_000)}x`],
    ['quotes', `get ${'" '.repeat(25_000)}`],
    ['numbers', `get metal ${'1'.repeat(50_000)}`],
    ['units', `get metal for ${'1h'.repeat(25_000)}`],
    ['punctuation', `done ${'.!'.repeat(25_000)}`],
    ['spaces at the limit', `get metal ${' '.repeat(4_980)}x`],
    ['quotes at the limit', `get ${'" '.repeat(2_490)}`],
    ['units at the limit', `get metal for ${'1h '.repeat(1_600)}`],
    ['words at the limit', `get metal ${'for '.repeat(1_200)}`],
    ['labels at the limit', `get metal ${'label a '.repeat(600)}`],
    ['a key at the limit', `keys add ssh-rsa ${'A'.repeat(3_900)}`],
  ])('%s take no longer than others', (_, text) => {
    // The quickest of several, so that a host that is busy elsewhere says nothing about the parser.
    const took = Array.from({ length: 10 }, () => {
      const start = performance.now()
      readLine(text, PORTS)
      return performance.now() - start
    })
    expect(Math.min(...took)).toBeLessThan(25)
  })
})
