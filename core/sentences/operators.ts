import type { Message } from '../effect.ts'
import { failureSaid } from './ending.ts'
import { counted, listed, openly, type Said, type Telling } from './said.ts'
import { clock } from './time.ts'

type News = Extract<Message, { type: 'operatorNews' }>

/** For operators, in their room: what went out of service by itself, why, and where to look. */
export const operatorNewsSaid = ({ quarantined, first, empty, back }: News, { say, at }: Telling): Said => {
  const rest = quarantined - first.length
  const one = quarantined === 1
  const named = first.map((machine) => machineSaid(machine, at))
  const quarantine =
    quarantined === 0
      ? []
      : [
          `${one ? 'A machine is' : `${counted(quarantined, 'machine')} are`} quarantined: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}. More: ${say(`why ${first[0]?.machine ?? ''}`)}`,
        ]
  const pools = [
    ...(empty.length === 0
      ? []
      : [`${poolsSaid(empty)} no machine left that works, and those who wait there go on waiting: ${say('status')}`]),
    ...(back.length === 0 ? [] : [`${poolsSaid(back)} machines that work again.`]),
  ]
  return openly(...quarantine, ...pools)
}

const LONGEST = 120

const machineSaid = ({ machine, pool, failure, probationAt }: News['first'][number], at: Telling['at']): string => {
  const why = failureSaid(failure)
  const short = why.length > LONGEST ? `${why.slice(0, LONGEST)}…` : why
  const then = probationAt === null ? 'stays until it is readmitted' : `tried again at ${clock(probationAt, at)}`
  return `${machine} of ${pool} (${short}; ${then})`
}

const poolsSaid = (pools: readonly string[]): string =>
  `${pools.length === 1 ? 'Pool' : 'Pools'} ${listed(pools)} ${pools.length === 1 ? 'has' : 'have'}`
