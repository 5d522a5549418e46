import {
  orderOf,
  pending,
  type Fleet,
  type Identity,
  type Instant,
  type MachineName,
  type RunId,
  type RunOrder,
  type RunResult,
} from '#core'
import type { ProcessGroup, WorkerOptions, WorkerPorts } from './ports.ts'

export interface Worker extends AsyncDisposable {
  /** Runs being performed now. */
  active(): number
}

interface Active {
  readonly run: RunId
  readonly abort: AbortController
  readonly over: Promise<void>
}

const DUFFY = 'duffy' as Identity
/** How long to wait before a result that could not be told to the lane is told again. */
const TELL_AGAIN_MS = 500

/** Performs the runs that the fleet owes, most urgent first, one a machine at a time, and tells how each ended. */
export const worker = (
  options: WorkerOptions,
): { readonly name: 'worker'; start(ports: WorkerPorts): Promise<Worker> } => ({
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

const work = (options: WorkerOptions, ports: WorkerPorts): Worker => {
  const active = new Map<MachineName, Active>()
  let stopping = false
  let looking = false
  let lookAgain = false

  const look = async (): Promise<void> => {
    if (stopping) return
    if (looking) {
      lookAgain = true
      return
    }
    looking = true
    try {
      do {
        lookAgain = false
        for (const order of await ports.read(choose)) start(order)
      } while (lookAgain && !stopping)
    } catch (fault) {
      ports.log('error', 'cannot look for runs', { fault: String(fault) })
    } finally {
      looking = false
    }
  }

  /** Stops what nobody waits for any more, and picks what there is room for. */
  const choose = (fleet: Fleet, at: Instant): RunOrder[] => {
    for (const { run, abort } of active.values()) if (fleet.runs.get(run) === undefined) abort.abort()
    const chosen: RunOrder[] = []
    for (const run of pending(fleet, at)) {
      const room = options.concurrency + (run.step === 'grant' ? options.reservedForGrants : 0)
      if (active.size + chosen.length >= room) break
      if (active.has(run.machine) || chosen.some(({ machine }) => machine.name === run.machine)) continue
      chosen.push(orderOf(fleet, run))
    }
    return chosen
  }

  const start = (order: RunOrder): void => {
    const abort = new AbortController()
    const over = perform(order, abort.signal).finally(() => {
      active.delete(order.machine.name)
      void look()
    })
    active.set(order.machine.name, { run: order.run, abort, over })
  }

  const perform = async (order: RunOrder, signal: AbortSignal): Promise<void> => {
    const { run, fence, step, machine } = order
    const result = await attempt(order, signal)
    if (result.outcome !== 'ok') {
      ports.log(result.outcome === 'stopped' ? 'info' : 'warn', `${step} of ${machine.name} ${result.outcome}`, {
        run,
        why: result.message,
      })
    }
    if (result.outcome !== 'stopped') await tell(run, fence, result)
    await ports.claims.remove(run)
  }

  const attempt = async (order: RunOrder, signal: AbortSignal): Promise<RunResult> => {
    try {
      const onGroup = (group: ProcessGroup): Promise<void> => ports.claims.put({ run: order.run, group })
      return await ports.performer.perform(order, { onGroup, signal })
    } catch (fault) {
      ports.log('error', `cannot perform ${order.run}`, { fault: fault instanceof Error ? fault.stack : String(fault) })
      return { outcome: 'broken', message: 'the run could not be carried out; see the log of Duffy' }
    }
  }

  /** A result must not be lost to a full queue or a failed commit: it is told until it is taken. */
  const tell = async (run: RunId, fence: number, result: RunResult): Promise<void> => {
    for (;;) {
      try {
        await ports.ask({ id: null, by: DUFFY, door: 'worker', command: { do: 'finishRun', run, fence, result } })
        return
      } catch (fault) {
        if (stopping) return
        ports.log('warn', `the result of ${run} could not be recorded; trying again`, { fault: String(fault) })
        await new Promise((resolve) => setTimeout(resolve, TELL_AGAIN_MS))
      }
    }
  }

  const unsubscribe = ports.onCommit(() => void look())
  const timer = setInterval(() => void look(), options.lookEveryMs)
  void look()
  return {
    active: () => active.size,
    async [Symbol.asyncDispose]() {
      stopping = true
      clearInterval(timer)
      unsubscribe()
      for (const { abort } of active.values()) abort.abort()
      await Promise.allSettled([...active.values()].map(({ over }) => over))
    },
  }
}
