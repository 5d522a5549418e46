import { examplesOf, leastWornOf, stockRule } from './dropped.ts'
import type { Fleet } from '../fleet.ts'
import type { Machine } from '../machine.ts'
import { distanceFrom, freeElsewhere, homeOf, type Placement } from '../policy/platform.ts'
import type { Demand } from '../request.ts'
import type { Tenant } from '../tenant.ts'
import type { Considered, DropRule, Why } from '../why.ts'

const NEXT = 3
const CHOSEN = 10
const PLATFORMS = 4

/** The reasons of a placement, before it is carried out. */
export const explain = (fleet: Fleet, tenant: Tenant, demand: Demand, placed: Placement, rule: Why['rule']): Why => {
  const dropped: Partial<Record<DropRule, number>> = {}
  const drop = (reason: DropRule, machines: number): void => {
    if (machines > 0) dropped[reason] = (dropped[reason] ?? 0) + machines
  }
  let considered = 0
  for (const stock of fleet.stocks.all()) {
    if (stock.shape.type !== demand.type || stock.inService === 0) continue
    considered += stock.inService
    const reason = stockRule(stock, demand, placed)
    if (reason === null) {
      drop('quarantined', stock.quarantined)
      drop('maintenance', stock.maintenance)
      drop('off', stock.off.size)
      drop('busy', stock.inService - stock.ready.size - stock.quarantined - stock.maintenance - stock.off.size)
    } else drop(reason, stock.inService)
  }
  drop('aside', placed.kept.machines)
  const chosen = placed.machines ?? []
  const taken = new Set(chosen)
  const near =
    placed.choice === null || placed.choice.reason === 'any'
      ? placed.allowed
      : placed.allowed.filter(({ shape }) => shape.platform === placed.choice!.platform)
  const home = homeOf(fleet, tenant, demand)
  return {
    rule,
    considered,
    dropped,
    examples: examplesOf(fleet, demand, placed),
    chosen: chosen.slice(0, CHOSEN).map(asConsidered),
    next: leastWornOf(near, placed.kept, chosen.length + NEXT)
      .filter((machine) => !taken.has(machine))
      .slice(0, NEXT)
      .map(asConsidered),
    platforms: placed.platforms.slice(0, PLATFORMS).map(({ platform, ready, inService }) => ({
      platform,
      distance: home === null ? null : finite(distanceFrom(fleet, home, platform)),
      ready,
      inService,
    })),
    home,
    elsewhere: freeElsewhere(placed),
    chassis: placed.chassis,
  }
}

/** In JSON there is no infinity. */
const finite = (distance: number): number | null => (Number.isFinite(distance) ? distance : null)

const asConsidered = ({ name, platform, attempts, idleSince }: Machine): Considered => ({
  machine: name,
  platform,
  attempts,
  idleSince,
})
