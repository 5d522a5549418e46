import type { Fleet } from '../fleet.ts'
import { byText } from '../collections/indexes.ts'
import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import type { Pool } from '../pool.ts'
import type { PoolChoice, Refusal } from '../refusal.ts'
import type { Demand } from '../request.ts'
import { nearest } from '../suggest.ts'

/** The pools of a type that the config names, in order of name. */
export const poolsOf = (fleet: Fleet, type: MachineType): Pool[] =>
  [...fleet.pools.values()]
    .filter((pool) => pool.configured && pool.type === type)
    .toSorted((a, b) => byText(a.name, b.name))

/** The pool whose terms a demand is under: the one that it names, else the first of its type by name. */
export const termsPool = (fleet: Fleet, { type, pool: named }: Pick<Demand, 'type' | 'pool'>): Pool | undefined =>
  named === null ? poolsOf(fleet, type)[0] : fleet.pools.get(named)

/** What there is to ask for, by type and name. */
export const poolChoices = (fleet: Fleet): PoolChoice[] =>
  MACHINE_TYPES.flatMap((type) => poolsOf(fleet, type)).map(({ name, type }) => ({
    pool: name,
    type,
    ready: fleet.statuses.of(`${name}/ready`),
    waiting: fleet.waiting.size(type),
  }))

/** Refuses what was asked about a pool that does not exist. */
export const noSuchPool = (fleet: Fleet, asked: string): Refusal => ({
  type: 'noSuchPool',
  asked,
  suggestion: nearest(
    asked,
    Array.from(fleet.pools.values(), ({ name }) => name),
  ),
  pools: poolChoices(fleet),
})
