import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLog } from '../../../adapters/cli/read-log.ts'
import { readSite } from '../../../adapters/cli/read-site.ts'
import { run as callDuffy } from '../../../adapters/cli/run.ts'
import { openStore } from '../../../adapters/store/open.ts'
import { live, LIVED_FROM, LIVED_TICK_MS } from '../../kit/lived.ts'
import { sha256, temporaryDirectory } from '../../kit/store.ts'
import { serve } from '../http/fake.ts'

let folder: Awaited<ReturnType<typeof temporaryDirectory>>
let file = ''
/** Lived once: it takes some seconds. */
beforeAll(async () => {
  folder = await temporaryDirectory()
  file = join(folder.path, 'duffy.db')
  await live(file, { seed: 1, hours: 8, perHour: 4 })
}, 360_000)
afterAll(() => folder[Symbol.asyncDispose]())

const run = async (words: readonly string[], env: Record<string, string> = {}) => {
  let [out, err] = ['', '']
  const exit = await callDuffy({
    words: ['simulate', ...words],
    env,
    root: folder.path,
    out: (text) => void (out += `${text}\n`),
    err: (text) => void (err += `${text}\n`),
    readLog,
    readSite: (config) => readSite(config, {}),
  })
  return { exit, out, err }
}

interface Told {
  readonly name: string
  readonly asked: number
  readonly served: number
  readonly utilisation: number
  readonly wait: { readonly mean: number; readonly p50: number; readonly p95: number }
}
const scenariosOf = async (...words: string[]): Promise<readonly Told[]> => {
  const { out, err } = await run(['--db', file, '--json', ...words])
  expect(err).toBe('')
  return JSON.parse(out).scenarios as Told[]
}

describe('what was lived on a real store', () => {
  test('is lived through again as it was, up to what comes of looking for due things only now and then', async () => {
    const [was, is] = (await scenariosOf()) as [Told, Told]
    expect([was.name, is.name]).toEqual(['as it was', 'as it is'])
    expect(was.served).toBeGreaterThan(60)
    expect(Math.abs(is.served - was.served)).toBeLessThanOrEqual(0.05 * was.served)
    expect(Math.abs(is.wait.p50 - was.wait.p50)).toBeLessThanOrEqual(0.2 * was.wait.p50 + LIVED_TICK_MS)
    expect(Math.abs(is.wait.mean - was.wait.mean)).toBeLessThanOrEqual(0.2 * was.wait.mean + LIVED_TICK_MS)
    expect(Math.abs(is.wait.p95 - was.wait.p95)).toBeLessThanOrEqual(0.2 * was.wait.p95 + LIVED_TICK_MS)
    expect(Math.abs(is.utilisation - was.utilisation)).toBeLessThan(0.05)
  })

  test('has shorter waits with more machines', async () => {
    const [, is, more] = await scenariosOf('--change', 'add 4 metal, add 2 metal of amd')
    expect(more!.wait.mean).toBeLessThan(is!.wait.mean)
  })

  test('can be taken in part', async () => {
    const from = new Date(LIVED_FROM + 4 * 3_600_000).toISOString().slice(0, 16)
    const [all, half, last] = await Promise.all(
      [[], ['--from', from], ['--last', '1h']].map((words) => scenariosOf(...words)),
    )
    expect(half![0]!.asked).toBeLessThan(all![0]!.asked)
    expect(last![0]!.asked).toBeLessThan(half![0]!.asked)
    expect(half![1]!.asked).toBe(half![0]!.asked)
  })

  test('is read while a Duffy is at work on it', async () => {
    await using store = await openStore({ file, hash: sha256 })
    const [was] = await scenariosOf()
    expect(was!.asked).toBeGreaterThan(60)
    expect((await store.verifyChain()).ok).toBe(true)
  })

  test.each([
    [['--db', 'nowhere.db'], 'there is no database nowhere.db'],
    [['--db', import.meta.filename], 'cannot be read as a database of Duffy'],
    [['--from', 'yesterday'], '--from takes a time: --from 2026-11-01'],
    [['--last', 'week'], '--last takes a length of time'],
    [['--last', '1w', '--from', '2026-01-05'], 'give either --last or --from'],
    [['--from', '2030-01-01'], 'give an earlier --from'],
    [['--load', 'load.json'], '--db is for a recorded load, --load for a described one'],
    [['--change', 'add 1 mtal'], 'did you mean "metal"?'],
  ])('%j is not understood, and says what to write instead', async (words, sentence) => {
    const { exit, err } = await run(words.includes('--db') ? words : ['--db', file, ...words])
    expect(err).toContain(sentence)
    expect(exit).toBe(2)
  })

  test('a time in which nobody asked is said to be one', async () => {
    const { exit, err } = await run(['--db', file, '--until', '2026-01-05T00:00:01'])
    expect(err).toContain('nobody asked for anything from')
    expect(exit).toBe(1)
  })
})

describe('the record of a Duffy that runs', () => {
  test('is simulated for operators', async () => {
    await using served = await serve()
    served.duffy.prompt = true
    const env = { DUFFY_URL: served.url, DUFFY_API_KEY: served.duffy.keys.alice }
    await callGet(env)
    served.duffy.pass(3_600_000)
    const operator = { ...env, DUFFY_API_KEY: served.duffy.keys.operator }
    const period = ['--from', '2026-11-23', '--until', '2026-11-24']
    const { out, err } = await run([...period, '--json', '--change', 'add 1 metal'], operator)
    expect(err).toBe('')
    expect(JSON.parse(out).scenarios.map(({ served: count }: Told) => count)).toEqual([1, 1, 1])
  })

  test('is refused to others', async () => {
    await using served = await serve()
    const { exit, err } = await run([], { DUFFY_URL: served.url, DUFFY_API_KEY: served.duffy.keys.alice })
    expect(err).toContain('operator')
    expect(exit).toBe(1)
  })
})

const callGet = (env: Record<string, string>) =>
  callDuffy({
    words: ['get', 'vm'],
    env,
    root: folder.path,
    out: () => {},
    err: () => {},
    readLog,
    readSite: (config) => readSite(config, {}),
  })
