import { expect, test } from 'vitest'
import { outbox, type Rank, rank } from '../../../adapters/irc/outbox.ts'
import { defaultLimits, defaultPace } from '../../../adapters/irc/options.ts'

/** An outbox whose clock and timer are numbers: `pass` lets time go by and runs what is due. */
function box(limits = {}) {
  let at = 0
  let due: { at: number; run: () => void } | undefined
  const sent: string[] = []
  const out = outbox({
    pace: { ...defaultPace, burst: 1, everyMs: 1_000 },
    limits: { ...defaultLimits, ...limits },
    now: () => at,
    later(run, ms) {
      const mine = { at: at + ms, run }
      due = mine
      return () => {
        if (due === mine) due = undefined
      }
    },
  })
  const put = (level: Rank, wire: string, check?: () => Promise<boolean>) =>
    out.put({ rank: level, wire, send: () => void sent.push(wire), ...(check && { check }) })
  const pass = (ms: number) => {
    for (const end = at + ms; ;) {
      const next = due
      if (!next || next.at > end) return void (at = end)
      due = undefined
      at = next.at
      next.run()
    }
  }
  return { out, sent, put, pass }
}

test('of waiting lines the more pressing go first, and equals in their order', () => {
  const { sent, put, pass } = box()
  void put(rank.answer, 'now')
  void put(rank.announcement, 'announcement')
  void put(rank.notice, 'notice')
  void put(rank.answer, 'answer 1')
  void put(rank.answer, 'answer 2')
  void put(rank.urgent, 'urgent')
  void put(rank.control, 'control')
  pass(10_000)
  expect(sent).toEqual(['now', 'control', 'urgent', 'answer 1', 'answer 2', 'notice', 'announcement'])
})

test('an unasked line that waited over two minutes is dropped, an answer is not', async () => {
  const { sent, put, pass } = box()
  for (let line = 0; line < 130; line += 1) void put(rank.answer, `answer ${line}`)
  const stale = put(rank.notice, 'stale')
  pass(200_000)
  expect(await stale).toBe('dropped')
  expect(sent).toHaveLength(130)
})

test('equal waiting lines are said once', () => {
  const { sent, put, pass } = box()
  for (const wire of ['first', 'same', 'same', 'other', 'same']) void put(rank.answer, wire)
  pass(10_000)
  expect(sent).toEqual(['first', 'same', 'other'])
})

test('an equal announcement is not repeated within ten minutes, an answer is', () => {
  const { sent, put, pass } = box()
  for (const wait of [0, 60_000, 600_000]) {
    pass(wait)
    void put(rank.announcement, 'full')
    void put(rank.answer, 'answer')
    pass(5_000)
  }
  expect(sent.filter((wire) => wire === 'full')).toHaveLength(2)
  expect(sent.filter((wire) => wire === 'answer')).toHaveLength(3)
})

test('a full queue drops the least pressing line', async () => {
  const { sent, put, pass } = box({ queueLines: 2 })
  void put(rank.answer, 'now')
  void put(rank.answer, 'kept')
  const dropped = put(rank.notice, 'dropped')
  void put(rank.urgent, 'pressing')
  pass(10_000)
  expect(await dropped).toBe('dropped')
  expect(sent).toEqual(['now', 'pressing', 'kept'])
})

test('a line is checked when its turn comes, not before, and a no keeps it back', async () => {
  const { sent, put, pass } = box()
  let asked = 0
  const check = (answer: boolean) => () => {
    asked += 1
    return Promise.resolve(answer)
  }
  void put(rank.answer, 'now')
  const refused = put(rank.answer, 'refused', check(false))
  const allowed = put(rank.answer, 'allowed', check(true))
  expect(asked).toBe(0)
  pass(1_000)
  expect(await refused).toBe('absent')
  pass(1_000)
  expect(await allowed).toBe('sent')
  expect(sent).toEqual(['now', 'allowed'])
})

test('while one line is checked, lines without a check go on', async () => {
  const { sent, put, pass } = box()
  let allow: (answer: boolean) => void = () => {}
  const checked = put(rank.urgent, 'checked', () => new Promise((resolve) => (allow = resolve)))
  void put(rank.answer, 'plain')
  pass(1_000)
  expect(sent).toEqual(['plain'])
  allow(true)
  pass(0)
  await Promise.resolve()
  pass(5_000)
  expect(await checked).toBe('sent')
})

test('a failing check keeps the line back', async () => {
  const { sent, put } = box()
  expect(await put(rank.answer, 'x', () => Promise.reject(new Error('no answer')))).toBe('absent')
  expect(sent).toEqual([])
})

test('what waits when the connection ends is dropped', async () => {
  const { out, put } = box()
  void put(rank.answer, 'now')
  const waiting = put(rank.answer, 'waiting')
  out.close()
  expect(await waiting).toBe('dropped')
  expect(await put(rank.answer, 'later')).toBe('dropped')
})
