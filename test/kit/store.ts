import { hash as digest } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DEFAULT_LIMITS,
  STEPS,
  violations,
  type Asked,
  type Command,
  type Fleet,
  type GetCommand,
  type Hash,
  type Identity,
  type Instant,
  type MachineName,
  type Pool,
  type Site,
  HOUR,
} from '#core'
import { lane, type Lane, type LanePorts } from '../../adapters/lane.ts'
import { differences } from '../../adapters/lane/differences.ts'
import { replay } from '../../adapters/lane/replay.ts'
import { openStore } from '../../adapters/store/open.ts'
import { SqliteFile } from '../../adapters/store/sqlite.ts'
import type { Head, Store } from '../../adapters/store/port.ts'
import { scratch } from './scratch.ts'
import { PLAIN_GET } from './world.ts'

export const sha256: Hash = (text) => digest('sha256', text, 'hex')

/** A directory of its own for the length of a test. */
export const temporaryDirectory = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(scratch(), 'duffy-store-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A store in a file of its own, with the connection for a test to spoil. */
export const temporaryStore = async (): Promise<
  AsyncDisposable & { readonly file: string; readonly store: Store; readonly database: SqliteFile['database'] }
> => {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const file = join(directory.path, 'duffy.db')
  const connection = new SqliteFile(file)
  const store = stack.use(await openStore({ file, hash: sha256, connect: () => connection }))
  const moved = stack.move()
  return { file, store, database: connection.database, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

/** A lane over a store, with what it loaded. */
export const openLane = async (
  store: Store,
  ports: Partial<LanePorts> = {},
): Promise<Lane & { readonly fleet: Fleet; readonly loaded: Head }> => {
  const { fleet, head } = await store.load()
  const opened = lane({ store, fleet, head, clock: Date.now, hash: sha256, ...ports })
  return Object.assign(opened, { fleet, loaded: head })
}

/** One metal pool whose driver needs no step at all, so that a lease is active at once. */
export const siteWith = (
  machines: number,
  { quota = machines, ready = machines }: { quota?: number; ready?: number } = {},
): Site => ({
  digest: `test ${machines} ${quota} ${ready}`,
  limits: { ...DEFAULT_LIMITS, waitingRequestsPerTenant: 10_000 },
  controlRooms: [],
  platforms: [
    {
      name: 'intel' as never,
      arch: 'x86_64',
      vendor: 'Intel',
      model: 'Xeon',
      memoryGiB: 31.5,
      description: 'a test platform',
    },
  ],
  pools: [pool(ready)],
  machines: Array.from({ length: machines }, (_, index) => ({
    name: `n${String(index + 1).padStart(2, '0')}` as MachineName,
    pool: 'metal' as never,
    platform: 'intel' as never,
    chassis: index % 3 === 0 ? null : `c${index % 4}`,
    labels: index % 2 === 0 ? ['nvme'] : [],
    variables: { address: `10.0.${index >> 8}.${index & 255}` },
  })),
  tenants: [
    {
      name: 'qa' as never,
      quota,
      weight: 1,
      priority: 0,
      defaultMs: null,
      longestMs: null,
      holds: 1,
      holdMs: 24 * HOUR,
      members: ['irc:libera:*'],
      keys: [SSH_KEY],
    },
  ],
})

const SSH_KEY = { fingerprint: `SHA256:${'a'.repeat(43)}` as never, line: 'ssh-ed25519 AAAAC3Nza' }

const pool = (ready: number): Pool => ({
  name: 'metal' as never,
  type: 'metal',
  driver: 'null',
  kind: 'fixed',
  ready,
  afterLease: 'recycle',
  steps: [],
  defaultMs: HOUR,
  longestMs: 10 * HOUR,
  graceMs: 0,
  prepareMs: HOUR,
  preferMs: HOUR,
  chassis: 'any',
  health: { falseAlarmEvery: 100_000, mostShare: 0.1, quarantinesMost: 3, withinMs: 30 * 24 * HOUR },
  checkEveryMs: 1_000 * HOUR,
  idleLimitMs: 1_000 * HOUR,
  deadlineMs: Object.fromEntries(STEPS.map((step) => [step, HOUR])) as Pool['deadlineMs'],
  failureLimit: 3,
  backoffMs: 1_000,
  probationMs: HOUR,
  configured: true,
})

export const duffy = (command: Command, id: string | null = null): Omit<Asked, 'at'> => ({
  id,
  by: 'duffy' as Identity,
  door: 'test',
  command,
})

export const person = (name: string, command: Command, id: string | null = null): Omit<Asked, 'at'> => ({
  id,
  by: `irc:libera:${name}` as Identity,
  door: 'irc',
  command,
})

export const get = (change: Partial<GetCommand> = {}): GetCommand => ({
  ...PLAIN_GET,
  address: { door: 'irc', identity: 'irc:libera:bob' as Identity, nick: 'bob', room: null },
  ...change,
})

export const instant = (at: number): Instant => at as Instant

/** Every machine of a site ready to be lent. */
export const setUp = async (opened: Lane, site: Site): Promise<void> => {
  await opened.ask(duffy({ do: 'configure', site }))
  for (let before = -1; before !== opened.state().head.seq;) {
    before = opened.state().head.seq
    await opened.ask(duffy({ do: 'sweep' }))
  }
}

/** All that must hold between memory, tables and log, as sentences; empty if it does. */
export const disagreements = async (store: Store, fleet: Fleet): Promise<string[]> => {
  const loaded = await store.load()
  const log = await store.records(0, Number.MAX_SAFE_INTEGER)
  const replayed = await replay(log, await store.personal())
  const chain = await store.verifyChain()
  return [
    ...violations(loaded.fleet, 0 as Instant),
    ...differences(fleet, loaded.fleet).map((sentence) => `memory and tables: ${sentence}`),
    ...differences(replayed, loaded.fleet).map((sentence) => `log and tables: ${sentence}`),
    ...(chain.ok ? [] : [`the chain is broken at ${chain.brokenAt}`]),
    ...(loaded.head.seq === log.length ? [] : [`the head is ${loaded.head.seq}, the log has ${log.length} records`]),
  ]
}
