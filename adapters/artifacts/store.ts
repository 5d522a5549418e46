import type { Artifact, Collected, CollectOrder, Instant, LeaseId, MachineName, RunId } from '#core'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Log } from '../log.ts'
import { READ_ONLY, readSet, type KeptSet } from './manifest.ts'
import { fileOf, INDEX, makeFolder, takeIn } from './take-in.ts'

export interface ArtifactOptions {
  readonly directory: string
  readonly keepMs: number
  /** All tenants together, and one of them. */
  readonly mostBytes: number
  readonly mostBytesPerTenant: number
  readonly clock: () => number
  readonly log: Log
}

/** What a collection came to. */
export interface Kept {
  readonly files: number
  readonly bytes: number
  readonly leftOut: number
}

/** A collection on its way in. */
export interface Intake {
  /** The folder that a playbook puts files into. */
  readonly folder: string
  /** What there is room for. */
  readonly mostBytes: number
  /** Keeps what came. Rejects with `GivenUp` once `isGivenUp`. */
  keep(isGivenUp: () => boolean): Promise<Kept>
}

/** A file to be sent. */
export interface Download {
  readonly artifact: Artifact
  readonly lease: LeaseId
  /** Of the bytes; nothing is open before. */
  read(): Promise<Readable>
}

/** Files that were collected from machines, in a folder: names are made here, and what the files were called is data. */
export interface ArtifactStore extends AsyncDisposable {
  begin(run: RunId, machine: MachineName, order: CollectOrder): Promise<Intake & AsyncDisposable>
  /** What is kept of a run already. */
  kept(run: RunId): Kept | null
  of(lease: LeaseId): Promise<Collected>
  named(id: string): Promise<Download | null>
  /** Forgets what is over; how many sets. */
  prune(): Promise<number>
}

interface Entry {
  readonly lease: string
  readonly tenant: string
  readonly until: number
  /** What it takes up on the disk, about. */
  readonly held: number
  readonly kept: Kept
}

/** Disks give room in blocks. */
const BLOCK = 4096
/** Of what is free on the disk, no more is taken: the database is to be written too. */
const DISK_SHARE = 1 / 2

/** Opens the store, and drops what a Duffy that died left half made. */
export async function openArtifacts(options: ArtifactOptions): Promise<ArtifactStore> {
  const { directory, clock, log } = options
  const inbox = join(directory, 'inbox')
  const shelf = join(directory, 'kept')
  // A playbook that a Duffy which died left behind may be writing there still; it is killed later, and meets no folder from here on.
  await rm(inbox, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 })
  for (const folder of [inbox, shelf]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const entries = await entriesIn(shelf, log)
  const promised = new Map<RunId, { readonly tenant: string; readonly bytes: number }>()
  const place = (run: string): string => join(shelf, checked(run))

  const roomFor = async (tenant: string): Promise<number> => {
    const { bavail, bsize } = await statfs(directory)
    const taken = [
      ...[...entries.values()].map(({ tenant: of, held }) => ({ tenant: of, bytes: held })),
      ...promised.values(),
    ]
    const all = sum(taken)
    const theirs = sum(taken.filter((one) => one.tenant === tenant))
    return Math.max(
      0,
      Math.floor(Math.min(options.mostBytes - all, options.mostBytesPerTenant - theirs, bavail * bsize * DISK_SHARE)),
    )
  }

  const prune = async (): Promise<number> => {
    const over = [...entries].filter(([, { until }]) => until <= clock())
    for (const [run] of over) {
      await rm(place(run), { recursive: true, force: true })
      entries.delete(run)
    }
    return over.length
  }

  const load = async (run: RunId): Promise<KeptSet | null> => {
    const entry = entries.get(run)
    if (entry === undefined || entry.until <= clock()) return null
    return readSet(await readFile(join(place(run), INDEX), 'utf8').catch(() => ''))
  }

  return {
    async begin(run, machine, { lease, tenant, mostFiles, mostBytes: wanted }) {
      await prune()
      const folder = join(inbox, checked(run))
      await makeFolder(folder)
      const mostBytes = Math.min(wanted, await roomFor(tenant))
      if (mostBytes < wanted) log('warn', 'there is little room for artifacts', { tenant, lease, bytes: mostBytes })
      promised.set(run, { tenant, bytes: mostBytes })
      const at = clock() as Instant
      const terms = { lease, tenant, machine, at, until: (at + options.keepMs) as Instant, mostFiles, mostBytes }
      return {
        folder,
        mostBytes,
        async keep(isGivenUp) {
          const entry = entryOf(await takeIn(folder, place(run), terms, isGivenUp))
          entries.set(run, entry)
          return entry.kept
        },
        async [Symbol.asyncDispose]() {
          promised.delete(run)
          await rm(folder, { recursive: true, force: true }).catch((fault: unknown) =>
            log('warn', 'a folder of artifacts cannot be removed', { folder, fault: String(fault) }),
          )
        },
      }
    },
    kept: (run) => entries.get(run)?.kept ?? null,
    async of(lease) {
      const runs = [...entries].flatMap(([run, entry]) => (entry.lease === lease ? [run] : []))
      const sets = await Promise.all(runs.map(async (run) => ({ run, set: await load(run) })))
      const there = sets.flatMap(({ run, set }) => (set === null ? [] : [{ run, set }]))
      return {
        artifacts: there.flatMap(({ run, set }) => set.files.map((_, at) => artifactOf(run, set, at))),
        leftOut: there.flatMap(({ set }) => set.left.map((left) => ({ ...left, machine: set.machine }))),
        leftOutMore: there.reduce((total, { set }) => total + set.more, 0),
      }
    },
    async named(id) {
      const [, run, number] = /^([A-Z0-9]{1,40})-([1-9]\d{0,6})$/.exec(id.toUpperCase()) ?? []
      if (run === undefined) return null
      const set = await load(run as RunId)
      const at = Number(number) - 1
      if (set?.files[at] === undefined) return null
      return {
        artifact: artifactOf(run as RunId, set, at),
        lease: set.lease as LeaseId,
        async read() {
          const file = await open(fileOf(place(run), at + 1), READ_ONLY)
          return createReadStream('', { fd: file })
        },
      }
    },
    prune,
    async [Symbol.asyncDispose]() {
      await rm(inbox, { recursive: true, force: true })
    },
  }
}

const artifactOf = (run: RunId, { machine, files, at, until }: KeptSet, place: number): Artifact => ({
  id: `${run}-${place + 1}`,
  machine,
  ...files[place]!,
  collectedAt: at as Instant,
  until: until as Instant,
})

const entryOf = ({ lease, tenant, until, files, left, more }: KeptSet): Entry => ({
  lease,
  tenant,
  until,
  held: files.reduce((total, { bytes }) => total + Math.ceil(bytes / BLOCK) * BLOCK, 2 * BLOCK),
  kept: { files: files.length, bytes: sum(files), leftOut: left.length + more },
})

const entriesIn = async (shelf: string, log: Log): Promise<Map<RunId, Entry>> => {
  const entries = new Map<RunId, Entry>()
  for (const run of await readdir(shelf)) {
    const set = readSet(await readFile(join(shelf, run, INDEX), 'utf8').catch(() => ''))
    if (set === null) log('warn', 'artifacts whose list cannot be read are left alone', { folder: join(shelf, run) })
    else entries.set(run as RunId, entryOf(set))
  }
  return entries
}

/** No name but one that Duffy made comes near a path. */
const checked = (run: string): string => {
  if (!/^[A-Z0-9]{1,40}$/.test(run)) throw new RangeError(`not the id of a run: ${JSON.stringify(run)}`)
  return run
}

const sum = (of: readonly { readonly bytes: number }[]): number => of.reduce((total, { bytes }) => total + bytes, 0)
