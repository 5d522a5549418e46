import { readLine, type Command, type Misread, type Question, HOUR } from '#core'
import { describe, expect, test } from 'vitest'

const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 27, 10, 30) }

const asked = (line: string): Command | Question => {
  const read = readLine(line, PORTS)
  if (read.type === 'misread') throw new Error(`misread: ${JSON.stringify(read)}`)
  return read.ask.type === 'command' ? read.ask.command : read.ask.question
}

const misread = (line: string): Misread => {
  const read = readLine(line, PORTS)
  if (read.type !== 'misread') throw new Error(`read: ${JSON.stringify(read.ask)}`)
  return read
}

describe('get', () => {
  test('a type alone is one machine for the usual time, waiting if need be', () => {
    expect(asked('get metal')).toEqual({
      do: 'get',
      type: 'metal',
      build: null,
      agent: null,
      pool: null,
      arch: null,
      labels: [],
      count: 1,
      platform: 'same',
      chassis: null,
      durationMs: null,
      keys: [],
      reason: '',
      metadata: {},
      queue: true,
      keepPlace: false,
      pollWithinMs: null,
      priority: 0,
      address: null,
    })
  })

  test.each([
    ['GET metal', { type: 'metal' }],
    ['Get Metal pool Rack-7', { type: 'metal', pool: 'rack-7' }],
    ['!duffy get metal', { type: 'metal' }],
    ['/duffy get metal', { type: 'metal' }],
    ['Duffy, get metal', { type: 'metal' }],
    ['get metal —now', { queue: false }],
    ['get metal –count 2', { count: 2 }],
    ['get metal for +2h', { durationMs: 2 * HOUR }],
    ['get metal 2', { count: 2 }],
    ['get 2 metal', { type: 'metal', count: 2 }],
    ['get metal for 4h', { durationMs: 4 * HOUR }],
    ['get metal 4h', { durationMs: 4 * HOUR, count: 1 }],
    ['get metal 2 for 3 days', { count: 2, durationMs: 72 * HOUR }],
    ['get metal 3 days', { durationMs: 72 * HOUR }],
    ['get metal for 1h 30m', { durationMs: 1.5 * HOUR }],
    ['get metal for an hour', { durationMs: HOUR }],
    ['get metal for "2 hours"', { durationMs: 2 * HOUR }],
    ['get metal arch aarch64', { arch: 'aarch64' }],
    ['get metal label gpu label nvme', { labels: ['gpu', 'nvme'] }],
    ['get metal pool rack-7', { pool: 'rack-7' }],
    ['get metal platform prefer', { platform: 'prefer' }],
    ['get metal any', { platform: 'any', chassis: null }],
    ['get metal 4 spread', { count: 4, chassis: 'spread' }],
    ['get metal 4 any pack', { platform: 'any', chassis: 'pack' }],
    ['get metal 4 chassis any', { platform: 'same', chassis: 'any' }],
    ['get metal Any now', { platform: 'any', queue: false }],
    ['get metal because kernel bisect, take 2', { reason: 'kernel bisect, take 2' }],
    ['get metal because "two words"', { reason: 'two words' }],
    ["get metal because it's late", { reason: "it's late" }],
    ['get metal because {{ 7 * 7 }}', { reason: '{{ 7 * 7 }}' }],
    ['get a metal please', { type: 'metal', count: 1 }],
    ['please get me a metal for 2 hours, thanks!', { type: 'metal', durationMs: 2 * HOUR }],
    ['get “rack-7”', { type: 'rack-7' }],
    ['ｇｅｔ\u3000metal', { type: 'metal' }],
    ['get 40g-rack', { type: '40g-rack' }],
  ])('%s', (line, part) => {
    expect(asked(line)).toMatchObject(part)
  })

  test('the asker’s address goes along', () => {
    const address = { door: 'irc:net', identity: 'irc:net:alice', nick: 'alice', room: '#ci' } as never
    const read = readLine('get metal', { ...PORTS, address })
    expect(read).toMatchObject({ ask: { command: { address } } })
  })
})

describe('the other verbs', () => {
  test.each([
    ['done', { do: 'done', what: null }],
    ['release L7Q2', { do: 'done', what: 'L7Q2' }],
    ['return metal-03.', { do: 'done', what: 'metal-03' }],
    ['done ALL', { do: 'done', what: 'all' }],
    ['extend L7Q2 2h', { do: 'extend', what: 'L7Q2', byMs: 2 * HOUR }],
    ['extend L7Q2 by 90m', { do: 'extend', what: 'L7Q2', byMs: 1.5 * HOUR }],
    ['renew 2 hours', { do: 'extend', what: null, byMs: 2 * HOUR }],
    ['cancel r9k2', { do: 'cancel', what: 'r9k2' }],
    ['cancel', { do: 'cancel', what: null }],
    ['list', { ask: 'list', scope: 'mine' }],
    ['ls all', { ask: 'list', scope: 'all' }],
    ['mine', { ask: 'list', scope: 'mine' }],
    ['why R9K2?', { ask: 'why', about: 'R9K2' }],
    ['status', { ask: 'status', pool: null }],
    ['status rack-7', { ask: 'status', pool: 'rack-7' }],
    ['pools', { ask: 'pools' }],
    ['who metal-03', { ask: 'who', machine: 'metal-03' }],
    ['keys', { ask: 'keys' }],
    ['home', { ask: 'home', tenant: null }],
    ['home of kernel', { ask: 'home', tenant: 'kernel' }],
    ['home metal amd', { do: 'moveHome', type: 'metal', platform: 'amd', tenant: null }],
    ['home amd of kernel', { do: 'moveHome', type: null, platform: 'amd', tenant: 'kernel' }],
    ['tenants set infra lease 4 hours longest 12h', { terms: { defaultMs: 4 * HOUR, longestMs: 12 * HOUR } }],
    ['tenants set infra lease Default.', { terms: { defaultMs: null } }],
    ['tenants set infra longest default quota 3', { terms: { longestMs: null, quota: 3 } }],
    ['tenants set infra holds 5 hold 2 days', { terms: { holds: 5, holdMs: 48 * HOUR } }],
    ['tenants add infra holds 0', { terms: { holds: 0 } }],
    ['tenants add infra lease 90m', { terms: { defaultMs: 1.5 * HOUR } }],
    ['whoami', { ask: 'whoami' }],
    ['help', { ask: 'help', verb: null }],
    ['?', { ask: 'help', verb: null }],
    ['help keys add', { ask: 'help', verb: 'keys add' }],
    ['keys remove SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s', { do: 'removeKey' }],
  ])('%s', (line, part) => {
    expect(asked(line)).toMatchObject(part)
  })

  test('what is about keys is private', () => {
    expect(readLine('keys', PORTS)).toMatchObject({ private: true })
    expect(readLine('list', PORTS)).toMatchObject({ private: false })
  })
})

describe('misreads', () => {
  test.each([
    ['', 'empty', null],
    ['gte metal', 'unknownVerb', 'get metal'],
    ['frobnicate', 'unknownVerb', null],
    ['get', 'missing', null],
    ['get any', 'missing', null],
    ['get metal for default', 'badDuration', null],
    ['tenants set infra lease often', 'badDuration', null],
    ['get metal fro 2h', 'unknownArgument', 'get metal for 2h'],
    ['get metal 0', 'badCount', null],
    ['get metal -1', 'badCount', null],
    ['get metal 1.5', 'badCount', null],
    ['get metal 10000', 'badCount', null],
    ['get metal 2 3', 'twice', null],
    ['get metal for 2h for 3h', 'twice', null],
    ['get metal for', 'missing', null],
    ['get metal for ever', 'badDuration', null],
    ['get metal for 3', 'badDuration', null],
    ['get metal for 0h', 'badDuration', null],
    ['get metal for -2h', 'badDuration', null],
    ['get metal for 10000w', 'badDuration', null],
    ['get metal for 2h 3d', 'twice', null],
    ['get metal for 99999999999999999999h', 'badDuration', null],
    ['get metal platform sometimes', 'badChoice', null],
    ['get {{ 7*7 }}', 'badWord', null],
    ['get ../etc', 'badWord', null],
    [`get ${'x'.repeat(200)}`, 'tooLong', null],
    [`get metal because ${'x'.repeat(3000)}`, 'tooLong', null],
    ['x'.repeat(6000), 'tooLong', null],
    ['get metal because a\u0000b', 'controlCharacters', null],
    ['get metal\r\ndone all', 'controlCharacters', null],
    ['get \u202emetal', 'controlCharacters', null],
    ['get "metal', 'unclosedQuote', null],
    ['list foo', 'badChoice', null],
    ['list al', 'badChoice', 'list all'],
    ['why', 'missing', null],
    ['extend L7Q2', 'missing', null],
    ['hold L7Q2 until 18:00', 'badDuration', null],
    ['hold until 18:00', 'badDuration', null],
    ['extend L7Q2 3', 'badDuration', null],
    ['done L7Q2 L7Q9', 'unknownArgument', null],
    ['keys ad ssh-ed25519', 'unknownArgument', 'keys add ssh-ed25519'],
    ['keys add nonsense', 'badKey', null],
    ['keys remove MD5:aa', 'badFingerprint', null],
  ])('%s is %s', (line, problem, suggestion) => {
    const read = misread(line)
    expect(read.problem.type).toBe(problem)
    expect(read.suggestion).toBe(suggestion)
  })

  test('a time of day is told from nonsense', () => {
    expect(misread('get metal until 18:00')).toMatchObject({
      problem: { because: 'clockTime' },
      example: 'get metal 2 for 4h',
    })
  })

  test('a private key is never shown back', () => {
    const read = misread('keys add -----BEGIN OPENSSH PRIVATE KEY----- secret')
    expect(read.problem).toEqual({ type: 'badKey', because: 'privateKey' })
    expect(JSON.stringify(read)).not.toContain('secret')
  })

  test('what is shown back is short and prints', () => {
    expect(misread(`get metal ${'y'.repeat(99)}!\u0007`).got.length).toBeLessThanOrEqual(41)
  })
})
