import { setTimeout as pause } from 'node:timers/promises'
import type { Identity, RunOrder, RunResult } from '#core'
import type { ProcessGroup, WorkerPorts } from './ports.ts'

const DUFFY = 'duffy' as Identity
/** How long to wait before a result that the lane could not take is told again. */
const TELL_AGAIN_MS = 500

/** One run from its claim to its result. A run that was stopped stays owed: whoever comes next takes it up. */
export const carryOut = async (
  ports: WorkerPorts,
  order: RunOrder,
  signal: AbortSignal,
  stop: AbortSignal,
): Promise<void> => {
  const { run, step, machine } = order
  const result = await attempt(ports, order, signal)
  if (result.outcome === 'stopped') ports.log('info', `${step} of ${machine.name} was stopped`, { run })
  else {
    if (result.outcome !== 'ok')
      ports.log('warn', `${step} of ${machine.name}: ${result.outcome}`, { run, why: result.message })
    await tell(ports, order, result, stop)
  }
  await ports.claims.remove(run)
}

const attempt = async (ports: WorkerPorts, order: RunOrder, signal: AbortSignal): Promise<RunResult> => {
  try {
    const onGroup = (group: ProcessGroup): Promise<void> => ports.claims.put({ run: order.run, group })
    return await ports.performer.perform(order, { onGroup, signal })
  } catch (fault) {
    ports.log('error', `cannot perform ${order.run}`, { fault: fault instanceof Error ? fault.stack : String(fault) })
    return { outcome: 'broken', message: 'the run could not be carried out; see the log of Duffy' }
  }
}

/** A result must not be lost to a full queue or a failed commit: it is told until it is taken, or Duffy stops. */
const tell = async (
  ports: WorkerPorts,
  { run, fence }: RunOrder,
  result: RunResult,
  stop: AbortSignal,
): Promise<void> => {
  while (!stop.aborted) {
    try {
      await ports.ask({ id: null, by: DUFFY, door: 'worker', command: { do: 'finishRun', run, fence, result } })
      return
    } catch (fault) {
      ports.log('warn', `the result of ${run} could not be recorded; trying again`, { fault: String(fault) })
      await pause(TELL_AGAIN_MS, undefined, { signal: stop }).catch(() => {})
    }
  }
}
