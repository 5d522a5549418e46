import type { Fleet } from '../fleet.ts'
import type { Instant, MachineName } from '../id.ts'
import { byText, firstOf } from '../collections/indexes.ts'
import { inService, type Machine } from '../machine.ts'
import { nextBeginning } from '../maintenance.ts'
import type { Stock } from '../fleet/stock.ts'
import { isoTime } from '../time.ts'

export interface MaintenanceAnswer {
  readonly type: 'maintenance'
  /** The first to begin first. */
  readonly windows: readonly MaintenanceView[]
  /** More that are not listed. */
  readonly more: number
}

const LONGEST_LIST = 1000

/** Every window, begun or ahead. A machine that is gone keeps its own, and is not told of. */
export const maintenanceOf = (fleet: Fleet, at: Instant): MaintenanceAnswer => {
  const found = [...fleet.windows.of('still'), ...fleet.windows.of('busy')].filter(inService)
  const windows = found.map((machine) => maintenanceView(machine, at)).toSorted((a, b) => byText(a.from, b.from))
  return {
    type: 'maintenance',
    windows: windows.slice(0, LONGEST_LIST),
    more: Math.max(0, found.length - LONGEST_LIST),
  }
}

/** `begun`: nobody has it. `waiting`: it is time, and the lease or run that the machine is in is not over. */
const maintenanceView = ({ name, pool, platform, state, maintenance }: Machine, at: Instant) => {
  const { from, until, reason, setAt, again, recurs } = maintenance!
  const begun = state.status === 'maintenance'
  return {
    machine: name,
    pool,
    platform,
    state: begun ? ('begun' as const) : from <= at ? ('waiting' as const) : ('ahead' as const),
    from: isoTime(from),
    until: until === null ? null : isoTime(until),
    reason,
    setAt: isoTime(setAt),
    /** It is one of those that come again, after so long; or those do after it. */
    recurs: recurs === true,
    everyMs: again?.everyMs ?? null,
    again: again === undefined ? null : isoTime(nextBeginning(again, Math.max(until ?? at, at))),
  }
}
export type MaintenanceView = ReturnType<typeof maintenanceView>

/** Machines that somebody waits for, and that are in maintenance. */
export interface Maintained {
  readonly count: number
  /** The first of them to come back. */
  readonly first: readonly { readonly machine: MachineName; readonly until: string | null; readonly reason: string }[]
}

const MOST_NAMED = 3

export const maintainedIn = (fleet: Fleet, stocks: readonly Stock[]): Maintained => ({
  count: stocks.reduce((sum, { maintenance }) => sum + maintenance, 0),
  first: stocks
    .flatMap(({ shape }) => [...firstOf(fleet.maintained.of(shape.key), MOST_NAMED)])
    .toSorted((a, b) => ((a.maintenance?.until ?? Infinity) < (b.maintenance?.until ?? Infinity) ? -1 : 1))
    .slice(0, MOST_NAMED)
    .map(({ name, maintenance }) => ({
      machine: name,
      until: maintenance?.until == null ? null : isoTime(maintenance.until),
      reason: maintenance?.reason ?? '',
    })),
})
