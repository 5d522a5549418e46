import type { CannotCollect, Collection } from '../collect.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, MachineName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Lease } from '../lease.ts'
import type { Limits } from '../limits.ts'
import { isOpen } from '../machine.ts'
import { fitting } from '../policy/match.ts'
import type { Pool } from '../pool.ts'
import type { Refusal } from '../refusal.ts'
import type { Demand } from '../request.ts'
import type { Draft } from './draft.ts'

/** Paths without repeats; undefined: none. */
export const pathsOf = (...lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined => {
  const paths = [...new Set(lists.flatMap((list) => list ?? []))]
  return paths.length === 0 ? undefined : paths
}

export const tooManyPaths = ({ pathsPerRequest }: Limits, paths: readonly string[] = []): Refusal | null =>
  paths.length > pathsPerRequest ? { type: 'tooMany', limit: 'pathsPerRequest', most: pathsPerRequest } : null

/** What is wanted could come from any pool that has such machines; a promise that only some of them can keep is none. */
export const cannotCollectOf = (fleet: Fleet, demand: Demand): CannotCollect | null =>
  lacking(poolsFor(fleet, demand), poolsFor(fleet, { ...demand, pool: null }))

const poolsFor = (fleet: Fleet, demand: Demand): Pool[] =>
  [...new Set(fitting(fleet, demand).map(({ shape }) => shape.pool))].map((name) => fleet.pools.need(name))

/** The same of machines that somebody has. */
export const cannotCollectFrom = (fleet: Fleet, machines: readonly MachineName[]): CannotCollect | null => {
  const pools = machines.map((name) => fleet.poolOf(fleet.machines.need(name)))
  return lacking(pools, [])
}

const lacking = (pools: readonly Pool[], all: readonly Pool[]): CannotCollect | null => {
  const [first] = pools.filter((pool) => !collects(pool)).toSorted((a, b) => byText(a.name, b.name))
  if (first === undefined) return null
  const instead = all.filter((pool) => collects(pool)).map(({ name }) => name)
  return { type: 'cannotCollect', pool: first.name, instead: instead.toSorted(byText) }
}

const collects = ({ steps }: Pool): boolean => steps.includes('collect')

/** What is to be collected of a machine that goes back; null: nothing, for nobody was in it, or named anything. */
export const collectionOf = (
  { fleet, at }: Draft,
  name: MachineName,
  { tenant }: Pick<Lease, 'tenant'>,
  paths: readonly string[] | undefined,
): Collection | null => {
  const machine = fleet.machines.need(name)
  const pool = fleet.poolOf(machine)
  if (paths === undefined || !isOpen(machine) || !collects(pool)) return null
  return { tenant, paths, until: (at + pool.deadlineMs.collect) as Instant }
}

/** Leases that something is being collected of. */
export const collectingOf = (fleet: Fleet, leases: readonly LeaseId[]): readonly LeaseId[] => {
  const now = new Set([...fleet.collecting.of('all')].map(({ lease }) => lease))
  return leases.filter((lease) => now.has(lease))
}
