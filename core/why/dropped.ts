import type { Fleet } from '../fleet.ts'
import type { Machine } from '../machine.ts'
import { plannedEnd } from '../policy/due.ts'
import { leastWorn, mismatch, sum } from '../policy/match.ts'
import type { Placement } from '../policy/platform.ts'
import type { Claim, Kept } from '../policy/setaside.ts'
import { byWear } from '../policy/wear.ts'
import type { Demand } from '../request.ts'
import type { OutcomeFigures, StepFailure } from '../run.ts'
import type { Stock } from '../fleet/stock.ts'
import { DROP_RULES, type Dropped, type DropRule } from '../why.ts'

/** Examples kept with a decision: enough to see what kind of thing is in the way. */
const MOST_EXAMPLES = 4

/** What a placement had to choose from. */
export type Among = Pick<Placement, 'allowed' | 'closing' | 'kept'>

/** The rule by which no machine of a stock would do, or null if they would. */
export const stockRule = (stock: Stock, demand: Demand, { allowed, closing }: Among): DropRule | null =>
  mismatch(stock.shape, demand) ??
  (closing.includes(stock) ? 'maintenance' : allowed.includes(stock) ? null : 'platform')

/** The rule by which a machine that would do is not to be had now, or null if it is. */
export const stateRule = ({ state }: Machine): DropRule | null => {
  switch (state.status) {
    case 'ready':
      return null
    case 'quarantined':
      return 'quarantined'
    case 'maintenance':
      return 'maintenance'
    case 'enrolled':
      return 'off'
    case 'leased':
    case 'collecting':
    case 'revoking':
    case 'provisioning':
    case 'checking':
    case 'burning':
    case 'recycling':
    case 'rebuilding':
    case 'stopping':
    case 'retired':
      return 'busy'
  }
}

/** Ready machines that are kept for others, each with the claim: the most worn, since the least worn are given first. */
export const asideOf = ({ kept }: Among): ReadonlyMap<Machine, Claim> => {
  const aside = new Map<Machine, Claim>()
  for (const { claim, stocks, machines } of kept.parts)
    for (const machine of leastWorn(stocks, Infinity).slice(-machines)) aside.set(machine, claim)
  return aside
}

/** The least worn of some stocks that are ready and not kept for others. */
export const leastWornOf = (stocks: readonly Stock[], { parts }: Kept, count: number): Machine[] => {
  const claimed = new Set(parts.flatMap((part) => part.stocks))
  const unclaimed = stocks.filter((stock) => !claimed.has(stock))
  const spare = parts.flatMap((part) => {
    const ready = sum(part.stocks, (stock) => stock.ready.size)
    return leastWorn(part.stocks, Math.min(count, ready - part.machines))
  })
  return [...leastWorn(unclaimed, count), ...spare].toSorted(byWear).slice(0, count)
}

/** A machine that was not taken, with what explains it; `claim`: what it is set aside for. */
export const droppedAs = (
  fleet: Fleet,
  machine: Machine,
  rule: DropRule,
  { labels, claim }: { readonly labels: Demand['labels']; readonly claim?: Claim | undefined },
): Dropped => {
  const { name, state, idleSince, maintenance } = machine
  const lease = state.status === 'leased' ? fleet.leases.get(state.lease) : undefined
  const known = { machine: name, rule, status: state.status, since: null, until: null, has: null }
  switch (rule) {
    case 'platform':
      return { ...known, has: machine.platform }
    case 'arch':
      return { ...known, has: machine.arch }
    case 'pool':
      return { ...known, has: machine.pool }
    case 'labels':
      return { ...known, has: labels.filter((label) => !machine.labels.includes(label)).join(', ') }
    case 'quarantined':
      return state.status === 'quarantined'
        ? { ...known, since: state.since, until: state.probationAt, has: causeOf(state.failure) }
        : known
    case 'maintenance':
      return maintenance === null
        ? known
        : { ...known, since: maintenance.from, until: maintenance.until, has: maintenance.reason }
    case 'aside':
      return claim === undefined
        ? known
        : { ...known, until: claim.from, has: fleet.requests.need(claim.request).tenant }
    case 'off':
      return { ...known, since: idleSince }
    case 'busy':
      return {
        ...known,
        since: state.status === 'leased' ? state.since : null,
        until: lease === undefined ? null : plannedEnd(lease),
      }
  }
}

/** What failed, such as `check`. */
const causeOf = (failure: StepFailure | OutcomeFigures): string =>
  failure.type === 'inARow' ? failure.step : `${failure.failed} of ${failure.outcomes} steps and leases`

/** A few machines that were not taken: the first of each rule that one is known of without looking for it. */
export const examplesOf = (fleet: Fleet, demand: Demand, among: Among): Dropped[] => {
  const { labels } = demand
  const found = new Map<DropRule, Dropped>()
  const add = (rule: DropRule, machine: Machine | undefined, claim?: Claim): void => {
    if (machine !== undefined && !found.has(rule)) found.set(rule, droppedAs(fleet, machine, rule, { labels, claim }))
  }
  for (const stock of fleet.stocks.all()) {
    if (stock.shape.type !== demand.type || stock.inService === 0) continue
    const rule = stockRule(stock, demand, among)
    const quarantined = fleet.quarantined.first(stock.shape.key)
    const maintained = fleet.maintained.first(stock.shape.key)
    if (rule === null) {
      add('quarantined', quarantined)
      add('maintenance', maintained)
      add('busy', soonest(fleet, stock))
      add('off', stock.off.first())
    } else if (!found.has(rule))
      add(rule, stock.ready.first() ?? stock.off.first() ?? soonest(fleet, stock) ?? quarantined ?? maintained)
  }
  for (const { claim, stocks } of among.kept.parts) add('aside', mostWorn(stocks), claim)
  return EXAMPLE_ORDER.flatMap((rule) => found.get(rule) ?? []).slice(0, MOST_EXAMPLES)
}

/** What passes or can be mended first. */
const EXAMPLE_ORDER: readonly DropRule[] = [
  ...new Set<DropRule>(['aside', 'maintenance', 'quarantined', 'busy', ...DROP_RULES]),
]

/** The lent machine of a stock that is to come back first. */
const soonest = (fleet: Fleet, { shape }: Stock): Machine | undefined => {
  const [first] = fleet.ends.of(shape.key, 1)
  return first === undefined ? undefined : fleet.machines.get(first.machine)
}

const mostWorn = (stocks: readonly Stock[]): Machine | undefined =>
  stocks
    .flatMap(({ ready }) => ready.last() ?? [])
    .toSorted(byWear)
    .at(-1)
