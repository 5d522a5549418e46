import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createLog, plain } from '../../../adapters/ansible/log.ts'
import { scrubber } from '../../../adapters/ansible/secrets.ts'
import { workshop } from '../../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const logOf = (limit: number, chunks: readonly (string | Buffer)[], secrets = {}): string => {
  const log = createLog(limit, scrubber(secrets))
  for (const chunk of chunks) log.add(Buffer.from(chunk))
  return log.text()
}

test('a short log is kept whole', () => {
  expect(logOf(100, ['one\n', 'two\n'])).toBe('one\ntwo\n')
})

test('of a long log the head and the tail are kept, and a line says how much is missing', () => {
  const text = logOf(
    1000,
    Array.from({ length: 5000 }, (_, at) => `line ${at}\n`),
  )
  expect(text).toMatch(/^line 0\nline 1\n/)
  expect(text).toMatch(/\nline 4999\n$/)
  expect(text).toMatch(/\n\[about 4\d{4} bytes left out\]\n/)
  expect(Buffer.byteLength(text)).toBeLessThan(1100)
})

test('a character cut by the limit does not appear in halves', () => {
  expect(logOf(101, ['é'.repeat(5000)])).toMatch(/^é+\n\[about \d+ bytes left out\]\né+$/)
})

test.each([
  ['colours', '\u001B[1;31mred\u001B[0m', 'red'],
  ['titles', '\u001B]0;owned\u0007text', 'text'],
  ['cursor moves', 'a\u001B[2J\u001B[Hb', 'ab'],
  ['an escape without end', 'a\u001B', 'a'],
  ['carriage returns that overwrite', 'safe\revil\r\n', 'safeevil\n'],
  ['C1 controls', 'a\u009B31mb', 'a31mb'],
  ['reversed text', 'a\u202Eb', 'ab'],
  ['line feed and tab', 'a\n\tb', 'a\n\tb'],
])('%s', (_, text, expected) => {
  expect(plain(text)).toBe(expected)
})

test('a secret is hidden wherever it is cut and however it is written', () => {
  const secret = 'p"ss w/rd-7731'
  const said = [secret, JSON.stringify(secret), encodeURIComponent(secret)].join(' ')
  const everywhere = Array.from({ length: 400 }, (_, at) => `${'.'.repeat(at % 17)}${said}\n`)
  for (const limit of [200, 333, 1000, 1_000_000]) {
    const text = logOf(limit, everywhere, { bmc_password: secret })
    expect(text).toContain('[redacted]')
    expect(text).not.toMatch(/ss w|w\/rd|7731|p"ss|p%22ss/)
  }
})

test('a secret is found at any depth, as a number too, and line by line', () => {
  const { scrub } = scrubber(
    { chassis: { Secrets: { deep: ['aaaa-1111'] } }, pin: 'ordinary', bmcToken: 84_218_421 },
    { api_key: 'first line\nsecond line' },
  )
  expect(scrub('aaaa-1111 ordinary 84218421 second line')).toBe('[redacted] ordinary [redacted] [redacted]')
})

test('a short word is not hidden, though it is called a secret', () => {
  expect(scrubber({ password: 'abc' }).scrub('abc')).toBe('abc')
})

test('a secret that a playbook prints is in no log, message or progress', async () => {
  const variables = { bmc_password: 'canary-8831-secret' }
  await shop.site(
    'check',
    `- name: try {{ duffy_in.machine.variables.bmc_password }}\n  command: {argv: [sh, -c, 'echo $0; echo $0 >&2; exit 1', "{{ duffy_in.machine.variables.bmc_password }}"]}`,
  )
  const { result, log, progress } = await shop.run({ step: 'check', variables })
  expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('[redacted]') })
  expect(log).toContain('[redacted]')
  expect(JSON.stringify([result, progress]) + log).not.toContain('canary-8831')
})

test('a hundred megabytes of output and bytes that are no text stay bounded and readable', async () => {
  // In the place of ansible-playbook, which would not print so much of what its modules say.
  const flood = join(shop.dir, 'flood')
  await mkdir(flood)
  const script = `#!/bin/sh
head -c 104857600 /dev/zero | tr '\\0' x
printf '\\377\\376 end'
{ head -c 3000000 /dev/zero; echo; printf '\\377{}\\n[1]\\n{"event":"other"}\\n{"event":"task","task":7}\\n'; } >&3
printf '{"event":"output","report":{}}\\n{"event":"stats"}\\n' >&3\n`
  await writeFile(join(flood, 'ansible-playbook'), script, { mode: 0o755 })
  await using flooded = workshop({ environment: { PATH: `${flood}:/usr/bin:/bin` } })
  const before = process.memoryUsage().arrayBuffers
  const { result, log } = await flooded.run({ driver: 'null' })
  expect(result).toEqual({ outcome: 'ok', report: {} })
  expect(log).toMatch(/x\n\[about 10\d{7} bytes left out\]\n/)
  expect(log).toContain('\uFFFD\uFFFD end')
  expect(Buffer.byteLength(log)).toBeLessThan(70_000)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
})

test('a module that floods its result does not flood Duffy', async () => {
  await shop.site('recycle', `- name: flood\n  raw: head -c 5000000 /dev/urandom; exit 1`)
  const { result, log } = await shop.run({ step: 'recycle' })
  expect(result).toMatchObject({ outcome: 'failed', message: expect.stringMatching(/^flood: non-zero return code/) })
  expect(JSON.stringify(result).length).toBeLessThan(3000)
  expect(Buffer.byteLength(log)).toBeLessThan(70_000)
})

test('a report that is too long is broken', async () => {
  await shop.site('revoke', `- set_fact: {duffy_out: {data: {much: "{{ 'x' * 300000 }}"}}}`)
  const { result } = await shop.run({ step: 'revoke' })
  expect(result).toEqual({ outcome: 'broken', message: 'duffy_out is longer than 200000 characters' })
})

test('the log of a run can be read while it runs', async () => {
  await shop.site('shutdown', `- name: begin\n  raw: "true"\n- pause: {seconds: 2}\n- set_fact: {duffy_out: {}}`)
  const order = shop.order({ step: 'shutdown' })
  let seen = ''
  const signal = new AbortController().signal
  await shop.ansible.perform(order, {
    async onGroup() {},
    async onProgress(told) {
      if (told.type === 'task' && told.task === 'pause') seen = (await shop.ansible.log(order.run)).get(1) ?? ''
    },
    signal,
  })
  expect(seen).toContain('TASK [begin]')
})

test('the logs of runs that ended long ago are forgotten, newer ones kept', async () => {
  await shop.site('check', '- set_fact:\n    duffy_out: {address: 127.0.0.1, port: 22}')
  const { order } = await shop.run({ step: 'check' })
  expect(await shop.ansible.prune(Date.now() - 60_000)).toBe(0)
  expect((await shop.ansible.log(order.run)).size).toBe(1)
  expect(await shop.ansible.prune(Date.now() + 60_000)).toBeGreaterThan(0)
  expect((await shop.ansible.log(order.run)).size).toBe(0)
})
