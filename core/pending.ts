import type { Collection } from './collect.ts'
import type { Fleet } from './fleet.ts'
import type { Instant } from './id.ts'
import type { Pool } from './pool.ts'
import type { CollectOrder, Run, RunOrder } from './run.ts'
import { SECOND } from './time.ts'

/**
 * What the world is still owed: every run that is due, most urgent first. After a restart this is asked, not a list in
 * memory; whoever performs one tells the lane how it ended.
 */
export function* pending(fleet: Fleet, at: Instant): Generator<Run> {
  for (const run of fleet.dueRuns.of('all')) if (run.dueAt <= at) yield run
}

/** A run as its playbook is to be told, complete. What is begun at `at` has until its own deadline, or until nobody waits for it. */
export const orderOf = (fleet: Fleet, run: Run, at: Instant = run.dueAt): RunOrder => {
  const machine = fleet.machines.need(run.machine)
  const pool = fleet.poolOf(machine)
  const lease = run.lease === null ? undefined : fleet.leases.get(run.lease)
  return {
    run: run.id,
    step: run.step,
    attempt: run.attempt,
    fence: run.fence,
    deadlineMs: deadlineOf(pool, run, at),
    machine: {
      name: machine.name,
      driver: pool.driver,
      variables: machine.variables,
      data: machine.data,
      ...(machine.access !== null && { access: machine.access }),
    },
    lease:
      lease === undefined
        ? null
        : {
            id: lease.id,
            tenant: lease.tenant,
            keys: lease.keys.flatMap((key) => fleet.personal.get(key)?.text ?? []),
            agent: lease.agent,
          },
    ...(run.collect !== undefined && { collect: collectOrder(fleet, run, run.collect) }),
  }
}

/** Long enough to be ended in order, if it is late already. */
const SHORTEST_DEADLINE_MS = SECOND

const deadlineOf = ({ deadlineMs }: Pool, { step, collect }: Run, at: Instant): number =>
  collect === undefined
    ? deadlineMs[step]
    : Math.max(SHORTEST_DEADLINE_MS, Math.min(deadlineMs[step], collect.until - at))

const collectOrder = ({ limits }: Fleet, { lease }: Run, { tenant, paths }: Collection): CollectOrder => ({
  lease: lease!,
  tenant,
  paths,
  mostFiles: limits.artifactFiles,
  mostBytes: limits.artifactMiB * 2 ** 20,
})
