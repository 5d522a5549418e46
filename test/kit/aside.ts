import { latestEnd, setAsideAt, turnaroundMs, type Fleet, type Instant, type Machine, type MachineRequest } from '#core'

/** Whether a machine is of a kind that is set aside for somebody. */
export const asideIn = (fleet: Fleet, at: Instant): ((machine: Machine) => boolean) => {
  const kinds = new Set(setAsideAt(fleet, at).claims.flatMap(({ stocks }) => stocks.map(({ shape }) => kindOf(shape))))
  return (machine) => kinds.has(kindOf(machine))
}

/**
 * How many free machines a request for any would be given, counted machine by machine: those that nobody before it has a claim
 * on, those that it gives back before a claim begins, and those that a claim does not need.
 */
export const freeFor = (
  fleet: Fleet,
  at: Instant,
  request: MachineRequest,
  fits: (machine: Machine) => boolean,
): number => {
  const { claims } = setAsideAt(fleet, at)
  const own = claims.findIndex((claim) => claim.request === request.id)
  const before = own < 0 ? claims : claims.slice(0, own)
  const free = [...fleet.machines.values()].filter((machine) => fits(machine))
  const unclaimed = free.filter((machine) => !before.some(({ stocks }) => isOf(stocks, machine)))
  return before.reduce((total, { stocks, count, from }) => {
    const here = free.filter((machine) => isOf(stocks, machine))
    const isBack = (machine: Machine): boolean => at + awayMs(fleet, request, machine) <= from
    const spare = [...fleet.machines.values()].filter(
      (one) => isOf(stocks, one) && isFreeBy(fleet, one, at, from),
    ).length
    return total + (here.every(isBack) ? here.length : Math.min(here.length, Math.max(0, spare - count)))
  }, unclaimed.length)
}

type Kind = Pick<Machine, 'pool' | 'platform' | 'labels'>
const kindOf = ({ pool, platform, labels }: Kind): string => `${pool} ${platform} ${labels.join(' ')}`
const isOf = (stocks: readonly { readonly shape: Kind }[], machine: Machine): boolean =>
  stocks.some(({ shape }) => kindOf(shape) === kindOf(machine))

/** From a grant until the machine is ready for the next, at the latest. */
const awayMs = (fleet: Fleet, { durationMs, graceMs }: MachineRequest, machine: Machine): number => {
  const pool = fleet.pools.need(machine.pool)
  return (pool.steps.includes('grant') ? pool.prepareMs : 0) + durationMs + graceMs + turnaroundMs(pool)
}

const isFreeBy = (fleet: Fleet, { state, pool, configured }: Machine, at: Instant, from: Instant): boolean => {
  if (!configured) return false
  switch (state.status) {
    case 'ready':
      return true
    case 'leased':
      return latestEnd(fleet.leases.get(state.lease)!) <= from
    case 'quarantined':
    case 'maintenance':
    case 'retired':
      return false
    case 'enrolled':
    case 'provisioning':
    case 'checking':
    case 'burning':
    case 'collecting':
    case 'revoking':
    case 'recycling':
    case 'rebuilding':
    case 'stopping':
      return at + turnaroundMs(fleet.pools.need(pool)) <= from
  }
}
