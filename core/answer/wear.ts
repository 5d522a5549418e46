import type { Fleet } from '../fleet.ts'
import type { Instant, MachineName, PlatformName, PoolName } from '../id.ts'
import { inService, type Machine, type MachineStatus } from '../machine.ts'
import { burninAfterMs, byIdleness, hasIdleLimit, isIdle } from '../policy/idle.ts'
import { usualRate } from '../policy/health.ts'
import { HOUR, isoTime } from '../time.ts'
import { healthView, type HealthView } from '../view.ts'

/** How evenly machines are worked: each platform's figures, and the machines that nobody has had for longest. */
export interface WearAnswer {
  readonly type: 'wear'
  readonly platforms: readonly WearView[]
  /** Idle machines, longest first. */
  readonly idlest: readonly MachineWear[]
  /** Those that are past their pool's idle limit, or soon will be, longest idle first. */
  readonly nearLimit: readonly MachineWear[]
  /** How many of each there are, listed or not. */
  readonly near: number
  readonly beyond: number
}

/** Machines that a list of the answer names; the rest are counted. */
const LONGEST_LIST = 10

/** Looks at every machine, as only a question may. */
export const wearReport = (fleet: Fleet, at: Instant): WearAnswer => {
  const idle = [...fleet.machines.values()].filter(isIdle).toSorted(byIdleness)
  const limited = idle
    .map((machine) => machineWear(fleet, machine, at))
    .filter(({ idleLimit }) => idleLimit === 'near' || idleLimit === 'beyond')
  return {
    type: 'wear',
    platforms: wearView(fleet, at),
    idlest: idle.slice(0, LONGEST_LIST).map((machine) => machineWear(fleet, machine, at)),
    nearLimit: limited.slice(0, LONGEST_LIST),
    near: limited.filter(({ idleLimit }) => idleLimit === 'near').length,
    beyond: limited.filter(({ idleLimit }) => idleLimit === 'beyond').length,
  }
}

/** For each platform the fewest and most uses, and attempts, of a machine in service, and what all of them have done. */
export function wearView(fleet: Fleet, at: Instant) {
  const inPlatforms = Map.groupBy([...fleet.machines.values()].filter(inService), ({ platform }) => platform)
  return [...inPlatforms].map(([platform, machines]) => {
    const uses = range(machines, (machine) => machine.uses)
    return {
      platform,
      machines: machines.length,
      ...uses,
      attempts: range(machines, (machine) => machine.attempts),
      leasedHours: hours(total(machines, (machine) => leasedMs(machine, at))),
      burnins: total(machines, (machine) => machine.burnins),
      /** Of a hundred steps and leases, how many failed. */
      failedOf100: Math.round(usualRate(fleet, platform) * 1000) / 10,
    }
  })
}
export type WearView = ReturnType<typeof wearView>[number]

/** What a machine has been through. */
export interface MachineWear {
  readonly name: MachineName
  readonly number: number
  readonly platform: PlatformName
  readonly pool: PoolName
  readonly state: MachineStatus
  readonly uses: number
  readonly attempts: number
  readonly burnins: number
  readonly leasedHours: number
  readonly health: HealthView
  readonly lastUsedAt: string | null
  readonly idleSince: string
  /** Since it was last leased or burnt in; null while it is lent or in a step. */
  readonly idleMs: number | null
  /** Where that stands against its pool's limit: `near` from when a burn-in is due. Null where it has none. */
  readonly idleLimit: 'within' | 'near' | 'beyond' | null
}

export const machineWear = (fleet: Fleet, machine: Machine, at: Instant): MachineWear => {
  const { name, number, platform, pool, uses, attempts, burnins, lastUsedAt } = machine
  const idleMs = isIdle(machine) ? Math.max(0, at - machine.workedAt) : null
  return {
    name,
    number,
    platform,
    pool,
    state: machine.state.status,
    uses,
    attempts,
    burnins,
    leasedHours: hours(leasedMs(machine, at)),
    health: healthView(machine),
    lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
    idleSince: isoTime(machine.idleSince),
    idleMs,
    idleLimit: idleMs === null ? null : limitOf(fleet, machine, idleMs),
  }
}

const limitOf = (fleet: Fleet, machine: Machine, idleMs: number): MachineWear['idleLimit'] => {
  const pool = fleet.poolOf(machine)
  if (!hasIdleLimit(pool)) return null
  if (idleMs > pool.idleLimitMs) return 'beyond'
  return idleMs >= burninAfterMs(pool, fleet.statuses.of(pool.name)) ? 'near' : 'within'
}

/** The lease that it has now included. */
const leasedMs = ({ leasedMs: before, state }: Machine, at: Instant): number =>
  before + (state.status === 'leased' ? Math.max(0, at - state.since) : 0)

const hours = (ms: number): number => Math.round((ms / HOUR) * 10) / 10

const range = (machines: readonly Machine[], figure: (machine: Machine) => number) => {
  let least = Infinity
  let most = -Infinity
  for (const machine of machines) {
    least = Math.min(least, figure(machine))
    most = Math.max(most, figure(machine))
  }
  return { least, most, spread: most - least }
}

const total = (machines: readonly Machine[], figure: (machine: Machine) => number): number =>
  machines.reduce((sum, machine) => sum + figure(machine), 0)
