import { readInstant, readLine, readRecurring, readValues, verbNamed, type Command, type Misread, DAY } from '#core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const YEAR = 365 * DAY
/** A Friday. */
const NOW = Date.UTC(2026, 10, 27, 10, 30)
const PORTS = { fingerprint: () => '', address: null, at: NOW }
const read = (text: string): unknown => readInstant(text, NOW, YEAR)

describe('an instant, in UTC', () => {
  test.each([
    ['18:00', '2026-11-27T18:00Z'],
    ['10:30', '2026-11-28T10:30Z'],
    ['9:10', '2026-11-28T09:10Z'],
    ['18:00 UTC', '2026-11-27T18:00Z'],
    ['today 18:00', '2026-11-27T18:00Z'],
    ['Tomorrow at 09:10', '2026-11-28T09:10Z'],
    ['saturday 02:00', '2026-11-28T02:00Z'],
    ['fri 12:00', '2026-11-27T12:00Z'],
    ['fri 02:00', '2026-12-04T02:00Z'],
    ['thu 02:00', '2026-12-03T02:00Z'],
    ['2026-11-28 02:00', '2026-11-28T02:00Z'],
    ['2026-11-28T02:00Z', '2026-11-28T02:00Z'],
    ['2026-11-28T02:00:30.000Z', '2026-11-28T02:00:30Z'],
    ['2026-11-28T02:00+01:00', '2026-11-28T01:00Z'],
    ['2026-11-28T02:00-0530', '2026-11-28T07:30Z'],
    ['2027-02-28 23:59', '2027-02-28T23:59Z'],
  ])('%s is %s', (text, iso) => {
    expect(read(text)).toBe(Date.parse(iso))
  })

  test.each([
    ['today 09:00', 'past'],
    ['2026-11-27T10:30Z', 'past'],
    ['2028-01-01 00:00', 'tooFar'],
    ['24:00', 'noSuchDate'],
    ['12:60', 'noSuchDate'],
    ['2027-02-29 10:00', 'noSuchDate'],
    ['2026-13-01 10:00', 'noSuchDate'],
    ['2026-11-28', 'noTime'],
    ['tomorrow', 'noTime'],
    ['later', 'nonsense'],
    ['', 'nonsense'],
    ['18', 'nonsense'],
  ])('%s is none: %s', (text, problem) => {
    expect(read(text)).toBe(problem)
  })

  test('is told apart from all others: every minute of four centuries comes back from its own text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 366 * 1440 }), (minutes) => {
        const iso = new Date(minutes * 60_000).toISOString()
        expect(readInstant(iso, -1, Infinity)).toBe(minutes * 60_000)
      }),
    )
  })
})

const extended = (line: string): Command => {
  const asked = readLine(line, PORTS)
  if (asked.type === 'misread' || asked.ask.type !== 'command') throw new Error(JSON.stringify(asked))
  return asked.ask.command
}

describe('extend', () => {
  test.each([
    'extend L7Q2 until tomorrow 18:00',
    'extend until tomorrow at 18:00 UTC L7Q2',
    'extend L7Q2 till 2026-11-28 18:00',
  ])('%s', (line) => {
    expect(extended(line)).toEqual({ do: 'extend', what: 'L7Q2', until: Date.UTC(2026, 10, 28, 18) })
  })

  test('takes a length or an end, and says so if it gets both or neither', () => {
    expect(readLine('extend L7Q2 2h until 18:00', PORTS)).toMatchObject({ problem: { type: 'notBoth' } })
    expect(readLine('extend L7Q2', PORTS)).toMatchObject({ problem: { type: 'missing' }, argument: 'by' })
    const fields = readValues(verbNamed('extend')!, { what: 'L7Q2', by: '2h', until: '18:00' }, PORTS)
    expect((fields as Misread).problem.type).toBe('notBoth')
  })

  test('an end in a field', () => {
    const asked = readValues(verbNamed('extend')!, { what: 'L7Q2', until: '2026-11-28T02:00Z' }, PORTS)
    expect(asked).toMatchObject({ ask: { command: { until: Date.UTC(2026, 10, 28, 2) } } })
  })

  test('a time that is past is misread with what to say', () => {
    expect(readLine('extend L7Q2 until today 09:00', PORTS)).toMatchObject({ problem: { because: 'past' } })
  })
})

describe('a time that comes again', () => {
  const friday = Date.UTC(2026, 10, 27, 10, 30)
  const iso = (text: string) => {
    const found = readRecurring(text, friday)
    return typeof found === 'object' ? `${new Date(found.from).toISOString()} ${found.everyMs / 86_400_000}` : found
  }

  test.each([
    ['sunday 02:00', '2026-11-29T02:00:00.000Z 7'],
    ['Sun at 02:00 UTC', '2026-11-29T02:00:00.000Z 7'],
    ['friday 10:30', '2026-12-04T10:30:00.000Z 7'],
    ['friday 10:31', '2026-11-27T10:31:00.000Z 7'],
    ['02:00', '2026-11-28T02:00:00.000Z 1'],
    ['day 22:30', '2026-11-27T22:30:00.000Z 1'],
    ['daily at 22:30', '2026-11-27T22:30:00.000Z 1'],
    ['sunday', 'noTime'],
    ['tomorrow 02:00', 'nonsense'],
    ['day sunday 02:00', 'nonsense'],
    ['2026-11-28 02:00', 'nonsense'],
    ['month 02:00', 'nonsense'],
    ['sunday 24:00', 'noSuchDate'],
  ])('%s: %s', (text, expected) => {
    expect(iso(text)).toBe(expected)
  })
})
