import type { RunOrder, RunResult } from '#core'
import type { Log } from '../log.ts'
import type { ArtifactStore, Intake, Kept } from './store.ts'
import { GivenUp } from './take-in.ts'

interface Performance {
  readonly signal: AbortSignal
}

/**
 * Performs collections into the store, and all other steps as they were. A collection that came to nothing is never this host's fault: its
 * machine is not to wait.
 */
export const collecting =
  <P extends Performance>(
    perform: (order: RunOrder, performance: P) => Promise<RunResult>,
    { store, log }: { readonly store: Pick<ArtifactStore, 'begin' | 'kept'>; readonly log: Log },
  ): ((order: RunOrder, performance: P) => Promise<RunResult>) =>
  async (order, performance) => {
    const { run, machine, collect } = order
    if (collect === undefined) return perform(order, performance)
    // A Duffy that was killed after it had kept everything, and before it could say so.
    const before = store.kept(run)
    if (before !== null) return collected(before)
    try {
      await using intake = await store.begin(run, machine.name, collect)
      const { folder, mostBytes } = intake
      const result = await perform({ ...order, collect: { ...collect, into: folder, mostBytes } }, performance)
      if (result.outcome === 'stopped') return result
      const kept = await keep(intake, performance.signal)
      log('info', `collected from ${machine.name}`, { run, lease: collect.lease, ...kept })
      if (result.outcome === 'ok') return collected(kept)
      return { ...result, message: `${result.message}; ${kept.files} of its files had come and are kept` }
    } catch (fault) {
      if (fault instanceof GivenUp) return { outcome: 'stopped', message: 'was given up as it was put away' }
      if (isOfDisk(fault)) return { outcome: 'failed', message: `the artifacts cannot be kept: ${fault.message}` }
      throw fault
    }
  }

const collected = ({ files, bytes, leftOut }: Kept): RunResult => ({
  outcome: 'ok',
  report: { collected: { files, bytes, leftOut } },
})

/** A disk that hangs keeps nobody waiting: whatever it does afterwards, nothing is put in its place. */
const keep = async (intake: Intake, signal: AbortSignal): Promise<Kept> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => reject(new GivenUp())
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([intake.keep(() => signal.aborted), promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

const isOfDisk = (fault: unknown): fault is NodeJS.ErrnoException =>
  fault instanceof Error && 'code' in fault && 'syscall' in fault
