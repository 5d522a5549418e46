import type { Outcome } from '../command.ts'
import { machineNamed, noSuchMachine } from '../policy/target.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft } from './draft.ts'
import { settle } from './settle.ts'
import { startProbation } from './steps.ts'

/** An operator says that a quarantined machine is mended: it is tried at once, whatever it went through before. */
export const decideReadmit = (draft: Draft, asked: string): Outcome | Refusal => {
  const { fleet } = draft
  const machine = machineNamed(fleet, asked)
  if (machine === undefined) return noSuchMachine(fleet, asked)
  if (machine.state.status !== 'quarantined')
    return { type: 'notQuarantined', machine: machine.name, status: machine.state.status }
  draft.emit({ type: 'machineReadmitted', machine: machine.name })
  startProbation(draft, machine)
  settle(draft)
  return { type: 'readmitted', machine: machine.name }
}
