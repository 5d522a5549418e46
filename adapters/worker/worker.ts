import {
  orderOf,
  pending,
  type Fleet,
  type Instant,
  type MachineName,
  type Run,
  type RunId,
  type RunOrder,
} from '#core'
import type { HostFault } from '../host-fault.ts'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'
import { carryOut } from './carry-out.ts'
import type { WorkerOptions, WorkerPorts } from './ports.ts'

interface Active {
  readonly run: RunId
  readonly abort: AbortController
  readonly over: Promise<void>
}

/** Performs the runs that the fleet owes, most urgent first, one a machine at a time, and tells how each ended. */
export const worker = (
  options: WorkerOptions,
): { readonly name: 'worker'; start(ports: WorkerPorts): Promise<AsyncDisposable> } => ({
  name: 'worker',
  async start(ports) {
    await killOrphans(ports)
    return work(options, ports)
  },
})

/** Playbooks of a Duffy that died go on acting: each is killed before its run is taken up again. */
const killOrphans = async ({ claims, performer, log }: WorkerPorts): Promise<void> => {
  for (const { run, group } of await claims.all()) {
    const what = await performer.killOrphan(group)
    if (what === 'killed') log('warn', 'killed the playbook of a run that was cut off', { run, pgid: group.pgid })
    await claims.remove(run)
  }
}

const work = (options: WorkerOptions, ports: WorkerPorts): AsyncDisposable => {
  const active = new Map<MachineName, Active>()
  const stop = new AbortController()
  const seldom = onceAMinute(ports.log)
  /** Nothing is begun before: this host could not carry out a run, and could hardly carry out the next. */
  let pausedUntil = 0

  const start = (order: RunOrder): void => {
    const abort = new AbortController()
    const over = carryOut(ports, order, abort.signal, stop.signal).then((fault) => {
      active.delete(order.machine.name)
      if (fault !== null) leaveOff(fault)
      looks.ask()
    })
    active.set(order.machine.name, { run: order.run, abort, over })
  }

  const leaveOff = (fault: HostFault): void => {
    pausedUntil = performance.now() + options.hostFaultPauseMs
    const pause = `none is begun for ${options.hostFaultPauseMs / 1000} s`
    seldom('error', `this host cannot carry out runs, which stay owed; ${pause}`, { fault: fault.message })
  }

  const look = async (stopping: () => boolean): Promise<void> => {
    const orders = await ports.read((fleet, at) => choose(options, active, fleet, at))
    if (!stopping() && performance.now() >= pausedUntil) orders.forEach(start)
  }

  const looks = rounds(look, (fault) => seldom('error', 'cannot look for runs', { fault: String(fault) }))
  const unsubscribe = ports.onCommit(looks.ask)
  const timer = setInterval(looks.ask, options.lookEveryMs)
  looks.ask()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      clearInterval(timer)
      unsubscribe()
      await looks.stop()
      for (const { abort } of active.values()) abort.abort()
      await Promise.allSettled([...active.values()].map(({ over }) => over))
    },
  }
}

/** For what may go on for hours: says the same again only after a minute. */
const onceAMinute = (log: Log): Log => {
  const quietUntil = new Map<string, number>()
  return (level, message, data) => {
    if (performance.now() < (quietUntil.get(message) ?? 0)) return
    quietUntil.set(message, performance.now() + 60_000)
    log(level, message, data)
  }
}

/**
 * Whether a run is to leave places to others, for how long it takes is in the hands of time or of a tenant: burn-ins take half of the places
 * at most, collections the same, and those of one tenant leave one of these to the next.
 */
const mustWait = ({ concurrency }: WorkerOptions, { step, collect }: Run, underWay: () => readonly Run[]): boolean => {
  if (step !== 'burnin' && step !== 'collect') return false
  const half = Math.max(1, Math.floor(concurrency / 2))
  const alike = underWay().filter((run) => run.step === step)
  if (alike.length >= half || collect === undefined) return alike.length >= half
  return alike.filter((run) => run.collect?.tenant === collect.tenant).length >= Math.max(1, half - 1)
}

/** Stops what nobody waits for any more, and picks what there is room for. */
const choose = (
  options: WorkerOptions,
  active: ReadonlyMap<MachineName, Active>,
  fleet: Fleet,
  at: Instant,
): RunOrder[] => {
  for (const { run, abort } of active.values()) if (fleet.runs.get(run) === undefined) abort.abort()
  const chosen = new Map<MachineName, RunOrder>()
  const underWay = (): Run[] => [...active.values(), ...chosen.values()].flatMap(({ run }) => fleet.runs.get(run) ?? [])
  for (const run of pending(fleet, at)) {
    const room = options.concurrency + (run.step === 'grant' ? options.reservedForGrants : 0)
    if (active.size + chosen.size >= room) break
    if (mustWait(options, run, underWay)) continue
    if (!active.has(run.machine) && !chosen.has(run.machine)) chosen.set(run.machine, orderOf(fleet, run, at))
  }
  return [...chosen.values()]
}
