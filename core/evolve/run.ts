import type { Event } from '../event.ts'
import { isMeasured, stepKey, withTime } from '../estimate/step-times.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import { openRun, type Machine, type MachineState } from '../machine.ts'
import type { Run, RunReport } from '../run.ts'
import { note } from './health.ts'
import { patchLease } from './lease.ts'
import { patchMachine } from './machine.ts'

type RunEvent = Extract<Event, { type: 'runOwed' | 'runEnded' | 'runDropped' }>

export const evolveRun = (fleet: Fleet, event: RunEvent, at: Instant): void => {
  switch (event.type) {
    case 'runOwed':
      return owe(fleet, event.run)
    case 'runEnded': {
      const run = fleet.runs.need(event.run)
      fleet.runs.remove(run.id)
      // What is tried again fails for the same reason: only the first try says something new.
      if (run.attempt === 1 && run.step !== 'collect') note(fleet, run.machine, run.step, event.result.outcome !== 'ok')
      if (event.result.outcome === 'ok') measure(fleet, run, at)
      if (event.result.outcome === 'ok') return believe(fleet, run, event.result.report, at)
      // Whoever had the machine decides how that goes.
      if (run.step === 'collect') return
      const { attempts, failures } = fleet.machines.need(run.machine)
      return patchMachine(fleet, run.machine, {
        failures: failures + 1,
        attempts: attempts + (run.step === 'provision' ? 1 : 0),
      })
    }
    case 'runDropped':
      return fleet.runs.remove(event.run)
  }
}

/** The machine is in the step from here on, with a new fence: whatever an older run still says of it is void. */
const owe = (fleet: Fleet, run: Run): void => {
  const machine = fleet.machines.need(run.machine)
  const open = openRun(machine)
  if (open !== null && fleet.runs.get(open) !== undefined) throw new Error(`${machine.name} is already in run ${open}`)
  if (run.fence !== machine.fence + 1)
    throw new Error(`${run.id} has fence ${run.fence}, ${machine.name} ${machine.fence}`)
  fleet.counters.put('run', run.number)
  fleet.runs.put(run.id, run)
  patchMachine(fleet, machine.name, {
    fence: run.fence,
    state: during(run, machine),
    attempts: machine.attempts + (run.step === 'burnin' ? 1 : 0),
  })
  if (run.step === 'grant') {
    patchLease(fleet, run.lease!, ({ machines }) => ({
      machines: machines.map((held) => (held.machine === run.machine ? { ...held, fence: run.fence } : held)),
    }))
  }
}

const during = (run: Run, { name, state }: Machine): MachineState => {
  switch (run.step) {
    case 'provision':
      return { status: 'provisioning', run: run.id }
    case 'check':
      return { status: 'checking', run: run.id }
    case 'burnin':
      return { status: 'burning', run: run.id }
    case 'grant':
      if (state.status !== 'leased') throw new Error(`${name} is ${state.status}: nobody is to be let in`)
      return { ...state, grant: run.id }
    case 'collect':
      return { status: 'collecting', run: run.id, lease: run.lease! }
    case 'revoke':
      return { status: 'revoking', run: run.id, lease: run.lease! }
    case 'recycle':
      return { status: 'recycling', run: run.id }
    case 'rebuild':
      return { status: 'rebuilding', run: run.id }
    case 'shutdown':
      return { status: 'stopping', run: run.id }
  }
}

const measure = (fleet: Fleet, run: Run, at: Instant): void => {
  const key = stepKey(fleet.machines.need(run.machine).pool, run.step)
  const known = fleet.stepTimes.get(key)
  if (isMeasured(known, run)) fleet.stepTimes.put(key, withTime(known, key, at - run.dueAt))
}

/** What a playbook reports replaces what was known; what it leaves out stays. */
const believe = (fleet: Fleet, run: Run, report: RunReport, at: Instant): void => {
  const machine = fleet.machines.need(run.machine)
  const { address, port, user, hostKeys, facts, data } = report
  const access =
    address === undefined || port === undefined
      ? machine.access
      : {
          address,
          port,
          user: user ?? machine.access?.user ?? 'root',
          hostKeys: hostKeys ?? machine.access?.hostKeys ?? [],
        }
  patchMachine(fleet, machine.name, {
    access,
    facts: { ...machine.facts, ...facts },
    data: data ?? machine.data,
    checkedAt: at,
    ...(run.step === 'burnin' && { burnins: machine.burnins + 1, workedAt: at, idleSince: at }),
  })
}
