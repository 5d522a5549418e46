import type { GetCommand } from '../command.ts'
import type { Fleet } from '../fleet.ts'
import type { PoolName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import type { Limits } from '../limits.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { fitting } from '../policy/match.ts'
import { poolChoices, poolsOf, termsPool } from '../policy/pools.ts'
import { lengthsFor } from '../policy/quota.ts'
import type { Pool } from '../pool.ts'
import type { Refusal } from '../refusal.ts'
import type { Demand } from '../request.ts'
import { nearest } from '../suggest.ts'
import type { Tenant } from '../tenant.ts'
import { tooManyPaths } from './collect.ts'

type Refused = { readonly refusal: Refusal }

/** The machines that a `get` names, and the pool whose terms apply: the one it names, else the first of its type by name. */
export const readDemand = (
  fleet: Fleet,
  command: GetCommand,
): { readonly demand: Demand; readonly pool: Pool } | Refused => {
  const named = readPool(fleet, command)
  if ('refusal' in named) return named
  const { type, pool } = named
  const { count, platform, chassis = null } = command
  if (!Number.isInteger(count) || count < 1) return { refusal: { type: 'badCount', count } }
  const { machinesPerRequest, labelsPerRequest } = fleet.limits
  if (count > machinesPerRequest)
    return { refusal: { type: 'tooMany', limit: 'machinesPerRequest', most: machinesPerRequest } }
  const labels = [...new Set(command.labels)].toSorted(byText)
  if (labels.length > labelsPerRequest)
    return { refusal: { type: 'tooMany', limit: 'labelsPerRequest', most: labelsPerRequest } }
  const demand: Demand = { type, pool: pool?.name ?? null, arch: command.arch, labels, count, platform, chassis }
  const unknown = unknownTrait(fleet, demand)
  if (unknown !== null) return { refusal: unknown }
  return { demand, pool: termsPool(fleet, demand)! }
}

const readPool = (
  fleet: Fleet,
  command: GetCommand,
): { readonly type: MachineType; readonly pool: Pool | null } | Refused => {
  const asType = MACHINE_TYPES.find((type) => type === command.type)
  const named = command.pool ?? (asType === undefined ? command.type : null)
  if (named === null)
    return poolsOf(fleet, asType!).length > 0
      ? { type: asType!, pool: null }
      : noSuch(fleet, 'noSuchType', command.type)
  const pool = fleet.pools.get(named as PoolName)
  const fits = pool !== undefined && pool.configured && (asType === undefined || pool.type === asType)
  if (fits && (asType !== undefined || command.type === pool.name)) return { type: pool.type, pool }
  return noSuch(fleet, command.pool === null ? 'noSuchType' : 'noSuchPool', named)
}

const noSuch = (fleet: Fleet, type: 'noSuchType' | 'noSuchPool', asked: string): Refused => {
  const pools = poolChoices(fleet)
  const words = [...new Set([...pools.map(({ type: of }) => of), ...pools.map(({ pool }) => pool)])]
  return { refusal: { type, asked, suggestion: nearest(asked, words), pools } }
}

/** An architecture or a label that no machine of the type has: waiting for one would be for ever. */
const unknownTrait = (fleet: Fleet, demand: Demand): Refusal | null => {
  if (fitting(fleet, demand).length > 0) return null
  const { type, pool, arch } = demand
  const shapes = fleet.stocks
    .all()
    .flatMap(({ shape, inService }) =>
      inService > 0 && shape.type === type && (pool === null || shape.pool === pool) ? [shape] : [],
    )
  if (arch !== null && shapes.every((shape) => shape.arch !== arch)) {
    return { type: 'noSuchArch', asked: arch, known: distinct(shapes.map((shape) => shape.arch)) }
  }
  if (demand.labels.length === 0) return null
  return { type: 'noSuchLabel', asked: demand.labels, known: distinct(shapes.flatMap((shape) => shape.labels)) }
}

const distinct = (words: readonly string[]): string[] => [...new Set(words)].toSorted(byText)

export const readDuration = (
  fleet: Fleet,
  tenant: Tenant,
  demand: Demand,
  asked: number | null,
): { readonly durationMs: number } | Refused => {
  const { longestMs, of, defaultMs } = lengthsFor(fleet, tenant, demand)
  const durationMs = asked ?? defaultMs
  const { shortestMs } = fleet.limits
  if (!Number.isFinite(durationMs) || durationMs < shortestMs)
    return { refusal: { type: 'leaseTooShort', asked: durationMs, shortestMs } }
  if (durationMs > longestMs) return { refusal: { type: 'leaseTooLong', asked: durationMs, longestMs, of } }
  return { durationMs }
}

/** Whatever a person may write at will is bounded. */
export const checkTexts = (limits: Limits, { keys, reason, metadata, collect }: GetCommand): Refusal | null => {
  if (keys.length > limits.keysPerRequest)
    return { type: 'tooMany', limit: 'keysPerRequest', most: limits.keysPerRequest }
  if (reason.length > limits.reasonLength) return { type: 'tooLongText', field: 'reason', most: limits.reasonLength }
  const tooMany = tooManyPaths(limits, collect)
  if (tooMany !== null) return tooMany
  const entries = Object.entries(metadata)
  if (entries.length > limits.metadataEntries)
    return { type: 'tooMany', limit: 'metadataEntries', most: limits.metadataEntries }
  const long = entries.find(([name, text]) => Math.max(name.length, text.length) > limits.metadataLength)
  return long === undefined
    ? null
    : { type: 'tooLongText', field: `metadata.${long[0].slice(0, 40)}`, most: limits.metadataLength }
}
