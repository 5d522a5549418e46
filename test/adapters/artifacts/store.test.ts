import {
  existsSync,
  linkSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MachineName, RunId, RunOrder, RunResult } from '#core'
import { collecting } from '../../../adapters/artifacts/collecting.ts'
import type { ArtifactOptions, ArtifactStore } from '../../../adapters/artifacts/store.ts'
import { allBytes, contentsOf, LEASE, storeIn } from '../../kit/artifacts.ts'
import { scratch } from '../../kit/scratch.ts'

let folder: string
let now: number
const options = (own: Partial<ArtifactOptions> = {}) => ({ clock: () => now, keepMs: 1000, ...own })
let store: ArtifactStore
beforeEach(async () => {
  now = 1_000_000
  folder = mkdtempSync(join(scratch(), 'duffy-store-'))
  store = await storeIn(folder, options())
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const COLLECT = { lease: LEASE, tenant: 'acme', paths: ['/a'], mostFiles: 10, mostBytes: 1000 }
type Filling = (into: string) => void
/** A playbook that leaves this in its folder, with these lines in its manifest. */
const playbook =
  (lines: readonly unknown[], fill: Filling = () => {}): Filling =>
  (into) => {
    fill(into)
    writeFileSync(
      join(into, 'manifest'),
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    )
  }
const put =
  (files: Readonly<Record<string, string>>): Filling =>
  (into) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(into, name), text)
  }
const file = (name: string, text: string, path = `/tmp/${name}`) => ({ file: name, path, bytes: text.length })

const run = (
  fill: Filling | null,
  {
    id = 'N1',
    collect = COLLECT,
    outcome = 'ok',
    signal = new AbortController().signal,
    to = store,
  }: {
    readonly id?: string
    readonly collect?: typeof COLLECT
    readonly outcome?: RunResult['outcome']
    readonly signal?: AbortSignal
    readonly to?: Pick<ArtifactStore, 'begin' | 'kept'>
  } = {},
): Promise<RunResult> => {
  const perform = async (order: RunOrder): Promise<RunResult> => {
    if (fill === null) throw new Error('the playbook is not to be run')
    fill(order.collect!.into!)
    return outcome === 'ok' ? { outcome, report: { facts: { from: 'the playbook' } } } : { outcome, message: 'no' }
  }
  const machine = { name: 'n1' as MachineName, driver: 'site', variables: {}, data: {} }
  const order = {
    run: id as RunId,
    step: 'collect',
    attempt: 1,
    fence: 1,
    deadlineMs: 1000,
    machine,
    lease: null,
    collect,
  } as const
  return collecting(perform, { store: to, log: () => {} })(order, { signal })
}
const reasons = async (): Promise<string[]> =>
  (await store.of(LEASE)).leftOut.map(({ path, because }) => `${path}: ${because}`)

describe('what a playbook brings', () => {
  test('is kept under names of Duffy’s own, with what the files were called as data', async () => {
    const result = await run(
      playbook([file('1', 'one', '/var/log/1'), file('2', '', '/../../etc/passwd')], put({ 1: 'one', 2: '' })),
    )
    expect(result).toEqual({ outcome: 'ok', report: { collected: { files: 2, bytes: 3, leftOut: 0 } } })
    expect(await contentsOf(store)).toEqual(
      new Map([
        ['/var/log/1', Buffer.from('one')],
        ['/../../etc/passwd', Buffer.from('')],
      ]),
    )
    expect((await store.of(LEASE)).artifacts[0]).toEqual({
      id: 'N1-1',
      machine: 'n1',
      path: '/var/log/1',
      bytes: 3,
      collectedAt: now,
      until: now + 1000,
    })
    expect(readdirSync(join(folder, 'kept/N1')).toSorted()).toEqual(['index.json', 'kept-1', 'kept-2'])
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('is left out unless it is a plain file of the size that it is said to have', async () => {
    writeFileSync(join(folder, 'secret'), 'of the host')
    const lines = ['1', '2', '3', '4', '5', '6'].map((name) => ({ file: name, path: `/${name}`, bytes: 11 }))
    await run(
      playbook([...lines, lines[5]], (into) => {
        symlinkSync(join(folder, 'secret'), join(into, '1'))
        linkSync(join(folder, 'secret'), join(into, '2'))
        mkdirSync(join(into, '3'))
        writeFileSync(join(into, '4'), 'short')
        put({ 6: 'plain bytes', unnamed: 'never named', 'kept-9': 'x' })(into)
      }),
    )
    expect(await reasons()).toEqual([
      '/1: it did not arrive',
      '/2: it did not arrive as a file',
      '/3: it did not arrive as a file',
      '/4: it arrived with another size',
      '/5: it did not arrive',
      '/6: it was named twice',
    ])
    expect([...(await contentsOf(store)).keys()]).toEqual(['/6'])
    rmSync(join(folder, 'secret'))
    expect(allBytes(folder).includes('of the host')).toBe(false)
    expect(allBytes(folder).includes('never named')).toBe(false)
  })

  test.each([
    ['a name that leaves the folder', [{ file: '../../secret', path: '/x', bytes: 3 }]],
    ['an absolute name', [{ file: '/etc/passwd', path: '/x', bytes: 3 }]],
    ['the name of the list', [{ file: 'index.json', path: '/x', bytes: 3 }]],
    ['a name with a byte of nothing', ['{"file":"1\\u0000","path":"/x","bytes":3}']],
    ['no JSON', ['{"file":', '[]', 'null', '"1"', '\u0000']],
    [
      'a size that is none',
      [
        { file: '1', path: '/x', bytes: -1 },
        { file: '1', path: '/x', bytes: 0.5 },
      ],
    ],
    ['a line without end', ['x'.repeat(100_000)]],
    ['nothing at all', []],
  ])('brings nothing with %s', async (_, lines) => {
    writeFileSync(join(folder, 'secret'), 'abc')
    const { outcome } = await run(playbook(lines, put({ 1: 'one' })))
    expect(outcome).toBe('ok')
    expect((await contentsOf(store)).size).toBe(0)
    expect(existsSync(join(folder, 'secret'))).toBe(true)
  })

  test('is called by names that do nothing where they are shown', async () => {
    await run(
      playbook([file('1', 'x', '/a\u001b[2J\nb\u202e\u2028c'), { left: '/d\u0007', because: 'e\nf' }], put({ 1: 'x' })),
    )
    expect([...(await contentsOf(store)).keys()]).toEqual(['/a\\u{1b}[2J\\u{a}b\\u{202e}\\u{2028}c'])
    expect(await reasons()).toEqual(['/d\\u{7}: e\\u{a}f'])
  })

  test('is kept as far as it had come when it failed, and stays failed', async () => {
    const result = await run(playbook([file('1', 'one')], put({ 1: 'one', 2: 'half' })), { outcome: 'deadline' })
    expect(result).toEqual({ outcome: 'deadline', message: 'no; 1 of its files had come and are kept' })
    expect((await contentsOf(store)).size).toBe(1)
  })

  test('is kept no further than there is room, whatever the playbook thought', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [String(at + 1), 'x']))
    await run(
      playbook(
        Object.keys(many).map((name) => file(name, 'x')),
        put(many),
      ),
    )
    expect((await contentsOf(store)).size).toBe(10)
    expect(await reasons()).toEqual(['/tmp/11: more than 10 files', '/tmp/12: more than 10 files'])
    const large = (into: string) => truncateSync(join(into, '1'), 1001)
    await run(
      playbook([{ file: '1', path: '/large', bytes: 1001 }], (into) => (put({ 1: '' })(into), large(into))),
      { id: 'N2' },
    )
    expect((await reasons()).at(-1)).toBe('/large: there is no room for it')
  })

  test('is dropped once nobody waits for it', async () => {
    const late = new AbortController()
    const result = await run(
      playbook([file('1', 'one')], (into) => (put({ 1: 'one' })(into), late.abort())),
      { signal: late.signal },
    )
    expect(result.outcome).toBe('stopped')
    expect(readdirSync(join(folder, 'kept'))).toEqual([])
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('keeps nobody waiting on a disk that hangs', async () => {
    const late = new AbortController()
    const hanging = {
      kept: () => null,
      begin: async (...of: Parameters<ArtifactStore['begin']>) => ({
        ...(await store.begin(...of)),
        keep: () => new Promise<never>(() => {}),
        async [Symbol.asyncDispose]() {},
      }),
    }
    const result = run(playbook([]), { signal: late.signal, to: hanging })
    setTimeout(() => late.abort(), 50)
    expect((await result).outcome).toBe('stopped')
  })

  test('is a failure, and none of the host, where it cannot be written', async () => {
    rmSync(join(folder, 'inbox'), { recursive: true })
    writeFileSync(join(folder, 'inbox'), 'no folder')
    expect(await run(null)).toMatchObject({ outcome: 'failed', message: expect.stringContaining('cannot be kept') })
  })
})

describe('room', () => {
  const acme = (id: string, text: string, tenant = 'acme') =>
    run(playbook([file('1', text)], put({ 1: text })), { id, collect: { ...COLLECT, tenant, mostBytes: 100_000 } })

  test('is bounded for one tenant, and for all together', async () => {
    store = await storeIn(folder, options({ mostBytesPerTenant: 20_000, mostBytes: 40_000 }))
    await acme('N1', 'x'.repeat(9000))
    // Each set takes whole blocks, and two for itself.
    await acme('N2', 'x'.repeat(9000))
    expect(await reasons()).toEqual(['/tmp/1: there is no room for it'])
    await acme('N3', 'x'.repeat(9000), 'other')
    expect(store.kept('N3' as RunId)).toMatchObject({ files: 1 })
    await acme('N4', 'x'.repeat(9000), 'third')
    expect(store.kept('N4' as RunId)).toMatchObject({ files: 0 })
  })

  test('comes back when what took it is over', async () => {
    store = await storeIn(folder, options({ mostBytesPerTenant: 20_000 }))
    await acme('N1', 'x'.repeat(9000))
    now += 1000
    await acme('N2', 'x'.repeat(9000))
    expect(store.kept('N2' as RunId)).toMatchObject({ files: 1 })
    expect(existsSync(join(folder, 'kept/N1'))).toBe(false)
  })

  test('that is promised to one collection is not promised to the next', async () => {
    store = await storeIn(folder, options({ mostBytesPerTenant: 1500 }))
    const first = await store.begin('N1' as RunId, 'n1' as MachineName, COLLECT)
    const second = await store.begin('N2' as RunId, 'n2' as MachineName, COLLECT)
    expect([first.mostBytes, second.mostBytes]).toEqual([1000, 500])
  })
})

describe('what is kept', () => {
  const one = (id = 'N1') => run(playbook([file('1', 'one')], put({ 1: 'one' })), { id })

  test('is there until its time is over, and then is not, and is removed', async () => {
    await one()
    now += 999
    expect(await store.named('N1-1')).not.toBeNull()
    expect(await store.prune()).toBe(0)
    now += 1
    expect(await store.named('N1-1')).toBeNull()
    expect((await store.of(LEASE)).artifacts).toEqual([])
    expect(await store.prune()).toBe(1)
    expect(readdirSync(join(folder, 'kept'))).toEqual([])
  })

  test('is there after a restart, with its room taken; what was half made is not', async () => {
    await one()
    mkdirSync(join(folder, 'inbox/N2'))
    writeFileSync(join(folder, 'inbox/N2/1'), 'half')
    store = await storeIn(folder, options())
    expect((await contentsOf(store)).get('/tmp/1')?.toString()).toBe('one')
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('is not collected again by a run that had kept it and could not say so', async () => {
    await one()
    store = await storeIn(folder, options())
    expect(await run(null)).toEqual({ outcome: 'ok', report: { collected: { files: 1, bytes: 3, leftOut: 0 } } })
  })

  test.each(['N1-2', 'N1-0', 'N1-01', 'N1', 'N2-1', '../N1-1', 'N1-1/../..', 'N1-1\u0000', '', 'n1-1 '])(
    'is not found by %j',
    async (id) => {
      await one()
      expect(await store.named(id)).toBeNull()
    },
  )

  test('whose list was damaged is left alone, and the rest is there', async () => {
    await one()
    await one('N2')
    writeFileSync(join(folder, 'kept/N1/index.json'), '{')
    const warnings: string[] = []
    store = await storeIn(folder, options({ log: (_level, message) => void warnings.push(message) }))
    expect((await store.of(LEASE)).artifacts.map(({ id }) => id)).toEqual(['N2-1'])
    expect(warnings).toHaveLength(1)
    expect(existsSync(join(folder, 'kept/N1/kept-1'))).toBe(true)
  })
})
