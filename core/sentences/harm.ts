import type { Harm } from '../harm.ts'
import type { Refusal } from '../refusal.ts'
import { capital, counted, listed, openly, type Said, type Telling } from './said.ts'
import { span } from './time.ts'

/** What a command would end, before it does; nothing has happened yet. */
export const harmSaid = ({ ends, whose, tenant }: Harm, { say, withinMs }: Telling & { withinMs: number }): Said => {
  const machines = ends.flatMap((one) => one.machines)
  const leases = `${ends.length === 1 ? 'lease' : 'leases'} ${listed(ends.map(({ lease }) => lease))}`
  const given =
    machines.length === 0
      ? 'nobody has got a machine by that yet, nor will'
      : `${counted(machines.length, 'machine')} (${listed(machines)}) ${machines.length === 1 ? 'is' : 'are'} given back and wiped`
  const what = {
    asker: `That is all that you hold, ${leases}`,
    other: `${capital(leases)} is somebody else's, of ${tenant}`,
    tenant: `That is all that ${tenant} holds, ${leases}`,
  }[whose]
  return openly(
    `${what}: ${given}. Nothing was done yet. If that is meant, say within ${span(withinMs)}: ${say('yes')}`,
  )
}

/** What was asked is not to be done. */
export const leftSaid = ({ say }: Telling): Said => openly(`Then nothing was done. What you hold: ${say('list')}`)

export type AboutHarm = Extract<Refusal, { type: 'changedSince' | 'nothingAsked' }>

export const isAboutHarm = (refusal: Refusal): refusal is AboutHarm =>
  refusal.type === 'changedSince' || refusal.type === 'nothingAsked'

export const harmRefused = (refusal: AboutHarm, { say }: Telling): Said =>
  refusal.type === 'changedSince'
    ? openly(
        `That would end other things now than when I asked; nothing was done. To be asked again: ${say(refusal.again)}`,
      )
    : openly(
        `I asked you nothing here within ${span(refusal.withinMs)} that a yes would answer; nothing was done. What you hold: ${say('list')}`,
      )
