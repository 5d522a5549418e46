import { expect, test } from 'vitest'
import { flood, once } from '../../../adapters/flood.ts'
import { isReplay, speaker } from '../../../adapters/irc/trust.ts'

const trust = {
  vouches: true,
  everVouched: true,
  trustNicks: false,
  bridgeAccounts: ['Matrix'],
  fold: (name: string) => name.toLowerCase(),
}

test('the account is believed only while the server vouches', () => {
  const event = { nick: 'x', account: 'Alice' }
  expect(speaker(event, trust)).toEqual({ account: 'alice' })
  expect(speaker(event, { ...trust, vouches: false })).toEqual({ unknown: 'cannot vouch' })
})

test.each([undefined, '', '*', '0', 'a b', 'a\nb'])('the account %j is nobody', (account) => {
  const event = account === undefined ? { nick: 'alice' } : { nick: 'alice', account }
  expect(speaker(event, { ...trust, trustNicks: true })).toEqual({ unknown: 'stranger' })
})

test('a nick never stands for an account again on a network that once vouched', () => {
  const plain = { ...trust, vouches: false, trustNicks: true }
  expect(speaker({ nick: 'Alice' }, { ...plain, everVouched: false })).toEqual({ account: 'alice' })
  expect(speaker({ nick: 'Alice' }, plain)).toEqual({ unknown: 'cannot vouch' })
})

test('a bridge account is nobody, in any case', () => {
  expect(speaker({ nick: 'x', account: 'MATRIX' }, trust)).toEqual({ unknown: 'bridge' })
})

test('history shown again is a replay; what is said now is not, also on a server whose clock is wrong', () => {
  const now = 1_000_000_000
  const given = { now, toLocal: (time: number) => time, replayMs: 60_000 }
  for (const type of ['chathistory', 'draft/chathistory', 'playback', 'znc.in/playback'])
    expect(isReplay({ batch: { type }, time: now }, given)).toBe(true)
  expect(isReplay({ time: now - 61_000 }, given)).toBe(true)
  expect(isReplay({ time: now - 59_000 }, given)).toBe(false)
  expect(isReplay({ batch: { type: 'labeled-response' }, time: now }, given)).toBe(false)
  expect(isReplay({}, given)).toBe(false)
  const hourSlow = { ...given, toLocal: (time: number) => time + 3_600_000 }
  expect(isReplay({ time: now - 3_600_000 }, hourSlow)).toBe(false)
})

test('twelve commands a minute pass, the next is told, the rest ignored for five minutes', () => {
  let at = 0
  const limit = flood({ perMinute: 12, ignoreMs: 300_000, remembered: 10, now: () => at })
  const said = Array.from({ length: 15 }, () => limit('alice'))
  expect(said).toEqual([...Array.from({ length: 12 }, () => 'pass'), 'tell', 'ignore', 'ignore'])
  expect(limit('bob')).toBe('pass')
  at = 299_999
  expect(limit('alice')).toBe('ignore')
  at = 300_000
  expect(limit('alice')).toBe('pass')
})

test('a steady twelve a minute pass for ever', () => {
  let at = 0
  const limit = flood({ perMinute: 12, ignoreMs: 300_000, remembered: 10, now: () => at })
  for (; at < 600_000; at += 5_001) expect(limit('alice')).toBe('pass')
})

test('something is said once in its time, and only so many are remembered', () => {
  let at = 0
  const first = once(1_000, 2, () => at)
  expect([first('a'), first('a'), first('b'), first('c'), first('a')]).toEqual([true, false, true, true, true])
  at = 1_000
  expect(first('a')).toBe(true)
})
