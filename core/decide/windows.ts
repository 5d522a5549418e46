import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import { nextBeginning, type Before } from '../maintenance.ts'
import type { Machine } from '../machine.ts'
import type { Draft } from './draft.ts'
import { begin, clean, startProbation } from './steps.ts'

/** Machines that one decision moves into or out of maintenance because time has come; the next tick takes up the rest. */
const MOVED_AT_ONCE = 500

/** What windows come to at this moment. What ends goes before what begins. */
export const keepWindows = (draft: Draft): void => {
  const { fleet, at } = draft
  for (let moved = 0; moved < MOVED_AT_ONCE; moved += 1) {
    const machine = firstOver(fleet, at) ?? firstDue(fleet, at)
    if (machine === undefined) return
    if (isOver(machine, at)) endMaintenance(draft, machine)
    else draft.emit({ type: 'maintenanceBegun', machine: machine.name, was: before(machine) })
  }
}

const firstOver = (fleet: Fleet, at: Instant): Machine | undefined => {
  const machine = fleet.windowEnds.first('all')
  return machine !== undefined && isOver(machine, at) ? machine : undefined
}

const isOver = ({ maintenance }: Machine, at: Instant): boolean =>
  maintenance !== null && maintenance.until !== null && maintenance.until <= at

const firstDue = (fleet: Fleet, at: Instant): Machine | undefined => {
  const machine = fleet.windows.first('still')
  return machine !== undefined && machine.maintenance!.from <= at ? machine : undefined
}

const before = ({ state }: Machine): Before => {
  if (state.status === 'enrolled') return 'off'
  return state.status === 'quarantined' ? 'faulty' : 'clean'
}

/** Ends a window; a machine that is in it comes back in the way that it needs. What comes again has its next window from then on. */
export const endMaintenance = (draft: Draft, machine: Machine): void => {
  const { name, maintenance } = machine
  draft.emit({ type: 'maintenanceEnded', machine: name })
  if (machine.state.status === 'maintenance') comeBack(draft, draft.fleet.machines.need(name), machine.state.was)
  if (maintenance?.again === undefined) return
  const { at } = draft
  const { again, recurs, from: began } = maintenance
  const from = nextBeginning(again, recurs === true ? Math.max(at, began + 1) : at)
  const until = (from + again.forMs) as Instant
  draft.emit({
    type: 'maintenanceSet',
    machine: name,
    window: { from, until, reason: again.reason, setAt: at, again, recurs: true },
  })
}

const comeBack = (draft: Draft, machine: Machine, was: Before): void => {
  const { name } = machine
  switch (was) {
    case 'off':
      return draft.emit({ type: 'machineStopped', machine: name })
    case 'clean':
      return begin(draft, name, 'check')
    case 'used':
      return clean(draft, machine)
    case 'faulty':
      return startProbation(draft, machine)
  }
}
