import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLog } from '../../../adapters/cli/read-log.ts'
import { readSite } from '../../../adapters/cli/read-site.ts'
import { run as callDuffy } from '../../../adapters/cli/run.ts'

const DUFFY = fileURLToPath(new URL('../../../bin/duffy', import.meta.url))
const CONFIG = fileURLToPath(new URL('../../../duffy.config.ts', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duffy-simulate-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ran {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

/** The program itself, where no Duffy runs: what is simulated disturbs none, and needs none. */
const start = (...words: string[]): Promise<Ran> => {
  const env = { PATH: process.env['PATH'], HOME: folder, DUFFY_CONFIG: CONFIG, DUFFY_URL: 'http://127.0.0.1:9' }
  const child = spawn(DUFFY, ['simulate', ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (part) => (out += part))
  child.stderr.on('data', (part) => (err += part))
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, out, err })))
}

/** The same in this process. */
const run = async (...words: string[]): Promise<Ran> => {
  let [out, err] = ['', '']
  const exit = await callDuffy({
    words: ['simulate', ...words],
    env: { HOME: folder },
    root: folder,
    out: (text) => void (out += `${text}\n`),
    err: (text) => void (err += `${text}\n`),
    readLog,
    readSite: (file) => readSite(file ?? CONFIG, {}),
  })
  return { exit, out, err }
}

const ASK = ['--ask', 'local 6/h metal used 40m office', '--span', '2d']

const fileOf = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('duffy simulate', () => {
  test('sets scenarios side by side, the site as it is first', async () => {
    const { exit, out, err } = await start(...ASK, '--change', 'add 3 metal', '--change', 'quota local 2')
    expect([exit, err]).toEqual([0, ''])
    expect(out).toMatch(/^ +as it is +add 3 metal +quota local 2$/m)
    for (const row of ['asked', 'wait p50', 'wait p95', 'utilisation', 'machine-hours on', 'uses, sandbox-amd'])
      expect(out).toMatch(new RegExp(`^${row} +\\S`, 'm'))
  })

  test('gives all figures as JSON', async () => {
    const { out } = await run(...ASK, '--change', 'remove 2 metal', '--json')
    const { scenarios } = JSON.parse(out)
    expect(scenarios.map(({ name }: { name: string }) => name)).toEqual(['as it is', 'remove 2 metal'])
    expect(scenarios[0].asked).toBeGreaterThan(30)
    expect(scenarios[0].waitPercentiles).toHaveLength(101)
    expect(scenarios[0].hours).toHaveLength(48)
    expect(scenarios[0].waitByTenant.local.count).toBe(scenarios[0].served)
  })

  test('says the same again from the same seed, and another thing from another', async () => {
    const [one, again, other] = await Promise.all(['3', '3', '4'].map((seed) => run(...ASK, '--json', '--seed', seed)))
    expect(again!.out).toBe(one!.out)
    expect(other!.out).not.toBe(one!.out)
  })

  test('reads a load from a module or from JSON, alike', async () => {
    const load = {
      tenants: { local: [{ type: 'metal', count: { 1: 8, 2: 1 }, perHour: 3, used: '30m', hours: 'office' }] },
      steps: { provision: '1m', recycle: { median: '5m', failures: 0.1 } },
    }
    const module = fileOf('load.ts', `export default ${JSON.stringify(load)}`)
    const json = fileOf('load.json', JSON.stringify(load))
    const [first, second] = await Promise.all(
      [module, json].map((file) => run('--load', file, '--span', '2d', '--json')),
    )
    expect(first!.err).toBe('')
    expect(second!.out).toBe(first!.out)
    expect(JSON.parse(first!.out).scenarios[0].failedRuns).toBeGreaterThan(0)
  })

  test('takes another config for a scenario', async () => {
    const other = fileOf(
      'other.config.ts',
      `export default {
        platforms: { 'sandbox-intel': { arch: 'x86_64', vendor: 'intel' } },
        pools: { metal: { type: 'metal', driver: 'null', machines: [{ name: 'only', platform: 'sandbox-intel' }] } },
        tenants: { local: {} },
      }`,
    )
    const { err, out } = await run(...ASK, '--json', '--change', `config ${other}`)
    expect(err).toBe('')
    const [asIs, changed] = JSON.parse(out).scenarios
    expect(changed.wear).toMatchObject([{ platform: 'sandbox-intel', machines: 1 }])
    expect(changed.wait.p50).toBeGreaterThan(asIs.wait.p50)
  })

  test('sees weeks go by before it counts, where a level follows demand', async () => {
    const words = ['--ask', 'local 12/h vm for 1h used 20m', '--span', '1d', '--json']
    const { err, out } = await run(...words, '--change', 'ready vm 0', '--change', 'ready vm 0, ready vm predicted')
    expect(err).toBe('')
    const [, none, predicted] = JSON.parse(out).scenarios
    expect(none.wait.p50).toBeGreaterThan(60_000)
    expect(predicted.wait.p50).toBeLessThan(60_000)
  })

  test('draws a picture where it is told to, and says where it cannot', async () => {
    const { exit } = await run(...ASK, '--svg', join(folder, 'plot.svg'))
    expect(exit).toBe(0)
    expect(readFileSync(join(folder, 'plot.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/)
    const { err } = await run(...ASK, '--svg', join(folder, 'nowhere', 'plot.svg'))
    expect(err).toContain('cannot write the picture')
  })

  test('says in its help what can be changed', async () => {
    const { exit, out } = await run('--help')
    expect(exit).toBe(0)
    expect(out).toContain('quota [TENANT] N')
  })

  test.each([
    [['--span', '2d'], 'say what is asked for'],
    [['all'], '"all" has no place here'],
    [[...ASK, '--chance', '3'], 'there is no --chance here'],
    [[...ASK, '--change', 'add 3 metl'], 'did you mean "metal"?'],
    [[...ASK, '--change', 'config nowhere.ts'], 'There is no config at'],
    [[...ASK, '--seed', 'x'], '--seed takes a whole number'],
    [['--ask', 'local 6/h metal', '--span', '3'], '--span takes a length of time'],
    [['--ask', 'local often metal'], 'is to name a tenant, how often, and what'],
    [['--ask', 'local 6/h metal quickly'], '"quickly" has no place'],
    [['--ask', 'local 6/h metl'], 'there is no "metl" to ask for; there is metal, vm'],
    [['--ask', 'loca 6/h metal'], 'the config has no such tenant; it has local'],
    [['--ask', 'local 6/h metal for 3'], '"3" is no length of time'],
    [['--load', 'nowhere.json'], 'cannot read the load nowhere.json'],
  ])('%j is not understood, and says what to write instead', async (words, sentence) => {
    const { exit, err } = await run(...words)
    expect(err).toContain(sentence)
    expect(exit).toBe(2)
  })

  test.each([
    ['{}', 'tenants: give what each tenant asks for'],
    ['{"tenants": {}}', 'nobody asks for anything'],
    ['{"tenants": {"local": [{"type": "metal"}]}}', 'tenants.local[0].perHour: give a number'],
    ['{"tenants": {"local": [{"type": "metal", "perHour": 1, "often": 2}]}}', 'there is no "often" here'],
    ['{"tenants": {"local": [{"type": "metal", "perHour": 1, "hours": "night"}]}}', 'give "even", "office", or 168'],
    [
      '{"tenants": {"local": [{"type": "metal", "perHour": 1}]}, "steps": {"wipe": "1m"}}',
      'steps are provision, check',
    ],
    ['{"tenants": {"local": [{"type": "metal", "perHour": 1}]}, "days": 3}', 'there is no "days" here'],
  ])('the load %s cannot be used, and the fault is told by its place', async (text, sentence) => {
    const { exit, err } = await run('--load', fileOf('bad.json', text))
    expect(err).toContain(sentence)
    expect(exit).toBe(2)
  })
})
