import type { Fleet } from './fleet.ts'
import type { Instant } from './id.ts'
import type { Run, RunOrder } from './run.ts'

/**
 * What the world is still owed: every run that is due, most urgent first. After a restart this is asked, not a list in
 * memory; whoever performs one tells the lane how it ended.
 */
export function* pending(fleet: Fleet, at: Instant): Generator<Run> {
  for (const run of fleet.dueRuns.of('all')) if (run.dueAt <= at) yield run
}

/** A run as its playbook is to be told, complete. */
export const orderOf = (fleet: Fleet, run: Run): RunOrder => {
  const machine = fleet.machines.need(run.machine)
  const pool = fleet.poolOf(machine)
  const lease = run.lease === null ? undefined : fleet.leases.get(run.lease)
  return {
    run: run.id,
    step: run.step,
    attempt: run.attempt,
    fence: run.fence,
    deadlineMs: pool.deadlineMs[run.step],
    machine: { name: machine.name, driver: pool.driver, variables: machine.variables, data: machine.data },
    lease:
      lease === undefined
        ? null
        : {
            id: lease.id,
            tenant: lease.tenant,
            keys: lease.keys.flatMap((key) => fleet.personal.get(key)?.text ?? []),
          },
  }
}
