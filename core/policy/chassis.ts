import type { Fleet } from '../fleet.ts'
import type { Machine } from '../machine.ts'
import type { Demand } from '../request.ts'
import type { Stock } from '../fleet/stock.ts'
import type { ChassisChoice } from '../why.ts'
import { leastWorn, type Take } from './match.ts'
import { termsPool } from './pools.ts'
import { byWear } from './wear.ts'

/** Machines for a demand, in order of wear, and how they share chassis if that mattered. */
export interface Chosen {
  readonly machines: readonly Machine[]
  readonly chassis: ChassisChoice | null
}

/** Free machines that are looked at beyond those that wear alone would choose, over all stocks. */
const LOOKED_AT = 500
/** How many attempts apart machines may be that a request which says `spread` or `pack` chooses among. */
export const ATTEMPTS_APART = 2

/** `beside`: the machines that those chosen will stand with. `take`: chooses from what is not kept for others. */
interface Offer {
  readonly beside?: readonly Machine[]
  readonly take?: Take
}

/**
 * Chooses machines from what is free: fewer than `demand.count` only if there are fewer. The least worn, and among equals as the
 * pool likes them to share chassis. Let L be the attempts of the last that wear alone would choose: all with fewer are taken, and
 * the rest come from those with L, so that no machine with fewer attempts is ever passed over.
 *
 * A request that says itself how its machines are to share chassis may trade wear for that where it gains by it: all with fewer
 * than L - 1 attempts are taken, and the rest come from those with L - 1 to L + 1. So a machine is passed over only for one with
 * at most `ATTEMPTS_APART` attempts more.
 */
export const chosenFrom = (
  fleet: Fleet,
  demand: Demand,
  stocks: readonly Stock[],
  { beside = [], take = leastWorn }: Offer = {},
): Chosen => {
  const { count } = demand
  const rule = demand.chassis ?? termsPool(fleet, demand)?.chassis ?? 'any'
  const least = take(stocks, count)
  if (rule === 'any' || least.length < count || count + beside.length < 2) return { machines: least, chassis: null }

  const each = count + Math.ceil(LOOKED_AT / stocks.length)
  const free = take(stocks, Infinity, each)
  const level = least.at(-1)!.attempts
  const among = (fewest: number, most: number): Chosen => {
    const owed = free.filter(({ attempts }) => attempts < fewest)
    const open = free.filter(({ attempts }) => attempts >= fewest && attempts <= most)
    const more = (rule === 'spread' ? spread : pack)(open, count - owed.length, [...beside, ...owed])
    const machines = [...owed, ...more].toSorted(byWear)
    return { machines, chassis: choiceOf(rule, demand.chassis !== null, { machines, beside, free }) }
  }
  const even = among(level, level)
  if (demand.chassis === null || shortfall(even.chassis!) === 0) return even
  const traded = among(level - ATTEMPTS_APART / 2, level + ATTEMPTS_APART / 2)
  return shortfall(traded.chassis!) < shortfall(even.chassis!) ? traded : even
}

/** How far machines are from sharing chassis as they should; 0: they do. */
export const shortfall = ({ rule, on, together }: ChassisChoice): number => (rule === 'spread' ? together : on) - 1

/** Round after round over all of them in order of wear: from each chassis that has none of them yet, then from those with one. */
const spread = (open: readonly Machine[], count: number, beside: readonly Machine[]): Machine[] => {
  const on = new Map<string | null, number>()
  for (const { chassis } of beside) on.set(chassis, (on.get(chassis) ?? 0) + 1)
  const chosen = new Set<Machine>()
  for (let round = 0; chosen.size < count; round += 1) {
    for (const machine of open) {
      if (chosen.size === count) break
      if (chosen.has(machine) || (on.get(machine.chassis) ?? 0) > round) continue
      on.set(machine.chassis, (on.get(machine.chassis) ?? 0) + 1)
      chosen.add(machine)
    }
  }
  return [...chosen]
}

/** What stands with the others already; then whole chassis, the fullest first, and at last the smallest that has enough. */
const pack = (open: readonly Machine[], count: number, beside: readonly Machine[]): Machine[] => {
  const on = new Set(beside.map(placeOf))
  const groups = [...Map.groupBy(open, placeOf)]
  const chosen = groups.flatMap(([place, machines]) => (on.has(place) ? machines : [])).slice(0, count)
  const left = groups.flatMap(([place, machines]) => (on.has(place) ? [] : [machines]))
  while (chosen.length < count) {
    const lacking = count - chosen.length
    const size = (machines: readonly Machine[]): number =>
      machines.length >= lacking ? -machines.length : machines.length - open.length - lacking
    const at = left.reduce((best, machines, index) => (size(machines) > size(left[best]!) ? index : best), 0)
    chosen.push(...left.splice(at, 1)[0]!.slice(0, lacking))
  }
  return chosen
}

/** What has no known chassis is by itself. */
const placeOf = (machine: Machine): string | Machine => machine.chassis ?? machine

const choiceOf = (
  rule: ChassisChoice['rule'],
  asked: boolean,
  { machines, beside, free }: Record<'machines' | 'beside' | 'free', readonly Machine[]>,
): ChassisChoice => {
  const all = [...beside, ...machines]
  const taken = new Set(machines)
  const passed = free.find((machine) => !taken.has(machine))
  const places = Map.groupBy(all, (machine) => (rule === 'spread' ? machine.chassis : placeOf(machine)))
  return {
    rule,
    asked,
    on: places.size,
    together: Math.max(...Array.from(places.values(), ({ length }) => length)),
    unknown: all.filter(({ chassis }) => chassis === null).length,
    ahead: passed === undefined ? 0 : Math.max(0, machines.at(-1)!.attempts - passed.attempts),
  }
}
