import type { Outcome } from '../command.ts'
import type { RunId } from '../id.ts'
import { openRun } from '../machine.ts'
import type { Refusal } from '../refusal.ts'
import type { RunResult } from '../run.ts'
import type { Draft } from './draft.ts'
import { settle } from './settle.ts'
import { failed, succeeded } from './steps.ts'

/** A run has ended. One that was dropped, or whose machine has moved on, changes nothing. */
export const decideFinishRun = (draft: Draft, id: RunId, fence: number, result: RunResult): Outcome | Refusal => {
  const { fleet } = draft
  const run = fleet.runs.get(id)
  if (run === undefined || run.fence !== fence) return { type: 'staleRun' }
  const before = fleet.machines.need(run.machine)
  if (before.fence !== fence || openRun(before) !== id)
    throw new Error(`${id} is owed, but ${before.name} is not in it`)
  if (result.outcome === 'stopped') return { type: 'nothing' }
  draft.emit({ type: 'runEnded', run: id, result })
  const machine = fleet.machines.need(run.machine)
  if (result.outcome === 'ok') succeeded(draft, machine, run.step, run.lease)
  else failed(draft, machine, run, result)
  settle(draft)
  return { type: 'accepted' }
}
