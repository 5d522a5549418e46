import type { Instant, LeaseId, MachineName, PoolName, RunId, TenantName } from './id.ts'
import { isoTime } from './time.ts'

/** What is to be collected from a machine before it goes back, in the words of those who had it. */
export interface Collection {
  /** Whose it is: the lease is over by then. */
  readonly tenant: TenantName
  /** Absolute, with `*` and `?` for names that are not known; a directory stands for all in it. */
  readonly paths: readonly string[]
  /** From then on nobody waits for it: the machine goes back as it is. */
  readonly until: Instant
}

/** A file that was collected, and is kept for a while. */
export interface Artifact {
  /** Made by Duffy: the run that collected it, and a number. */
  readonly id: string
  readonly machine: MachineName
  /** Its name on the machine: text that whoever had the machine could choose, without anything that does not print. */
  readonly path: string
  readonly bytes: number
  readonly collectedAt: Instant
  readonly until: Instant
}

/** Something that was asked for and is not there, with the reason in words. */
export interface LeftOut {
  readonly machine: MachineName
  readonly path: string
  readonly because: string
}

/** All that was collected of a lease, as far as it is still kept. */
export interface Collected {
  readonly artifacts: readonly Artifact[]
  /** The first of those. */
  readonly leftOut: readonly LeftOut[]
  readonly leftOutMore: number
}

/** A collection that was for nothing, with the reason: of a machine that is back, by now. */
export interface FailedCollection {
  readonly machine: MachineName
  readonly run: RunId
  readonly because: string
}

/** What is to be known of a lease's artifacts from elsewhere than the fleet. */
export interface PastCollections extends Collected {
  readonly lease: LeaseId
  readonly failed: readonly FailedCollection[]
}

/** As clients read it. */
export const artifactView = ({ id, machine, path, bytes, collectedAt, until }: Artifact) => ({
  id,
  machine,
  path,
  bytes,
  collectedAt: isoTime(collectedAt),
  keptUntil: isoTime(until),
})
export type ArtifactView = ReturnType<typeof artifactView>

/** Machines of such a pool have no step `collect`. `instead`: pools of the type that do. */
export interface CannotCollect {
  readonly type: 'cannotCollect'
  readonly pool: PoolName
  readonly instead: readonly PoolName[]
}

/** Characters of a path, and paths of one command whatever a site allows. */
export const LONGEST_PATH = 500
export const MOST_PATHS = 200

/** A path to collect, without a slash at its end. Null if it is none: it is absolute, and nothing in it goes up or does not print. */
export const readPath = (written: string): string | null => {
  if (written.length > LONGEST_PATH || !/^\/\P{C}*$/u.test(written)) return null
  const parts = written.slice(1).replace(/\/$/, '').split('/')
  return parts.some((part) => part === '' || part === '.' || part === '..') ? null : `/${parts.join('/')}`
}
