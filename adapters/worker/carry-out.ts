import { setTimeout as pause } from 'node:timers/promises'
import { DUFFY, type RunOrder, type RunResult } from '#core'
import { HostFault } from '../host-fault.ts'
import type { Claim, ProcessGroup, WorkerPorts } from './ports.ts'

/** How long to wait before a result that the lane could not take is told again. */
const TELL_AGAIN_MS = 500

/**
 * One run from its claim to its result. A run that was stopped stays owed: whoever comes next takes it up. So does one that
 * this host could not carry out, for which no machine is to blame; then the fault is returned.
 */
export const carryOut = async (
  ports: WorkerPorts,
  order: RunOrder,
  signal: AbortSignal,
  stop: AbortSignal,
): Promise<HostFault | null> => {
  const { run, step, machine } = order
  const result = await attempt(ports, order, signal)
  if (result instanceof HostFault) {
    await letGo(ports, order)
    return result
  }
  if (result.outcome === 'stopped') ports.log('info', `${step} of ${machine.name} was stopped`, { run })
  else {
    if (result.outcome !== 'ok')
      ports.log('warn', `${step} of ${machine.name}: ${result.outcome}`, { run, why: result.message })
    await tell(ports, order, result, stop)
  }
  await letGo(ports, order)
  return null
}

const attempt = async (ports: WorkerPorts, order: RunOrder, signal: AbortSignal): Promise<RunResult | HostFault> => {
  try {
    const onGroup = (group: ProcessGroup): Promise<void> => claim(ports, { run: order.run, group })
    const result = await ports.performer.perform(order, { onGroup, signal })
    if (result.outcome !== 'stopped' || signal.aborted) return result
    return { ...result, outcome: 'failed' }
  } catch (fault) {
    if (fault instanceof HostFault) return fault
    ports.log('error', `cannot perform ${order.run}`, { fault: fault instanceof Error ? fault.stack : String(fault) })
    return { outcome: 'broken', message: 'the run could not be carried out; see the log of Duffy' }
  }
}

const claim = async ({ claims }: WorkerPorts, wanted: Claim): Promise<void> => {
  try {
    await claims.put(wanted)
  } catch (cause) {
    throw new HostFault(`the store cannot put a run on record: ${String(cause)}`, { cause })
  }
}

/** A claim that stays by mistake does no harm: its processes are gone, and the next start finds that out. */
const letGo = async (ports: WorkerPorts, { run }: RunOrder): Promise<void> => {
  try {
    await ports.claims.remove(run)
  } catch (fault) {
    ports.log('warn', `the claim of ${run} could not be removed`, { fault: String(fault) })
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
