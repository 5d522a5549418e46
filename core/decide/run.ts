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
  const came = believable(result)
  draft.emit({ type: 'runEnded', run: id, result: came })
  const machine = fleet.machines.need(run.machine)
  if (came.outcome === 'ok') succeeded(draft, machine, run.step, run.lease)
  else failed(draft, machine, run, came)
  settle(draft)
  return { type: 'accepted' }
}

/** A playbook that says of itself that it did not wipe the machine has failed, however well it ended. */
const believable = (result: RunResult): RunResult => {
  if (result.outcome !== 'ok' || result.report.wipe?.ok !== false) return result
  return { outcome: 'failed', message: `the wipe (${result.report.wipe.method}) did not succeed` }
}
