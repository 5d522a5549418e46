import { canonical } from '../canonical.ts'
import type { Asked, Command } from '../command.ts'
import type { Site } from '../site.ts'
import { decide } from '../decide/index.ts'
import { Fleet } from '../fleet.ts'
import { DUFFY, type Instant, type LeaseId, type RequestId } from '../id.ts'
import { Table } from '../collections/table.ts'
import type { TenantTerms } from '../tenant.ts'
import { HOUR } from '../time.ts'
import type { Plan } from './change.ts'
import { chanceFrom, type Chance } from './chance.ts'
import { simulate } from './engine.ts'
import type { Figures } from './figures.ts'
import type { LoadRequest, StepModel, Use } from './load.ts'
import { giveSpeakers } from './speakers.ts'

/** What scenarios that are to be compared have in common. */
export interface Ground {
  /** Where each starts; it stays as it is. */
  readonly fleet: Fleet
  readonly from: Instant
  readonly countFrom: Instant
  readonly until: Instant
  /** In order of time. */
  readonly load: readonly LoadRequest[]
  readonly standing: ReadonlyMap<RequestId | LeaseId, Use>
  /** Made anew for each. */
  readonly steps: () => StepModel
  readonly seed: number
}

/** Lives through a plan on this ground; or why its site cannot be had, as `duffy config apply` would say. */
export const whatIf = (ground: Ground, plan: Plan): Figures | { readonly faults: readonly string[] } => {
  const { from, countFrom, until, standing, seed } = ground
  const fleet = copyOf(ground.fleet)
  giveSpeakers(fleet, from)
  const faults = conform(fleet, plan.site, from)
  if (faults.length > 0) return { faults }
  const chance = chanceFrom(seed)
  const load = loadOf(ground.load, plan, chance.fork())
  return simulate({ fleet, site: null, from, countFrom, until, load, standing, steps: ground.steps(), chance })
}

/** Rows never change in place, so that two fleets can share them. */
export const copyOf = (fleet: Fleet): Fleet => {
  const copy = new Fleet()
  // First, for heads of lines are placed by what was granted before.
  copyTable(fleet.counters, copy.counters)
  for (const [name, table] of Object.entries(fleet)) {
    if (table instanceof Table && table !== fleet.counters) copyTable(table, Reflect.get(copy, name) as typeof table)
  }
  return copy
}

const copyTable = <K extends string | number, V>(from: Table<K, V>, to: Table<K, V>): void => {
  for (const [key, row] of from.entries()) to.restore(key, row)
}

/** Makes a fleet as a site says, by the commands that operators have; tenants that are their people's included. */
const conform = (fleet: Fleet, site: Site, at: Instant): readonly string[] => {
  const ask = (command: Command) => {
    const asked: Asked = { id: null, by: DUFFY, door: 'simulation', at, command }
    const decision = decide(fleet, asked)
    fleet.journal.keep()
    return decision
  }
  const configured = ask({ do: 'configure', site })
  if (configured.type === 'refused')
    return configured.refusal.type === 'badSite' ? configured.refusal.faults : [configured.refusal.type]
  for (const { name, ...wanted } of site.tenants) {
    const tenant = fleet.tenants.need(name)
    if (!tenant.active) ask({ do: 'reviveTenant', tenant: name })
    const terms = termsOf(wanted)
    if (canonical(terms) !== canonical(termsOf(tenant))) ask({ do: 'setTenant', tenant: name, terms, keys: null })
  }
  return []
}

const termsOf = ({ quota, weight, priority, defaultMs, longestMs, holds, holdMs }: TenantTerms): TenantTerms => ({
  quota,
  weight,
  priority,
  defaultMs,
  longestMs,
  holds,
  holdMs,
})

/** Of requests that come in addition, each comes within this long before or after the one that it is like. */
const BESIDE_MS = HOUR

const loadOf = (load: readonly LoadRequest[], { platform, demand }: Plan, chance: Chance): readonly LoadRequest[] => {
  const asked = platform === null ? load : load.map((one) => ({ ...one, demand: { ...one.demand, platform } }))
  if (demand === 1) return asked
  const scaled = asked.flatMap((one) => {
    const times = Math.floor(demand) + Number(chance.chance(demand % 1))
    return Array.from({ length: times }, (_, time) => (time === 0 ? one : { ...one, at: beside(one, chance) }))
  })
  const [first] = load
  return scaled.filter(({ at }) => at >= first!.at).toSorted((a, b) => a.at - b.at)
}

const beside = ({ at }: LoadRequest, chance: Chance): Instant =>
  Math.round(at + (2 * chance.next() - 1) * BESIDE_MS) as Instant
