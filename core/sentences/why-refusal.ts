import type { WhyRefusal } from '../answer/refused.ts'
import { refusalSaid } from './refusal.ts'
import { listed, type Said, type Telling } from './said.ts'
import { clockOf } from './time.ts'
import { typedCommand } from './typed.ts'
import { droppedSaid, examplesSaid } from './why.ts'

/** What was asked for and what it was told; then the figures of that moment; then what would have done. What its tenant had is told to it alone. */
export const whyRefusalSaid = (refused: WhyRefusal, telling: Telling): Said => {
  const { ref, at, tenant, asked, refusal, grounds, instead } = refused
  const said = refusalSaid(refusal, { ...telling, asked })
  const when = clockOf(at, telling.at)
  const opening = `${ref}: at ${when} ${tenant} asked "${typedCommand(asked)}".`
  const figures = [whySaid(grounds, telling.at), claimsSaid(grounds, telling.at), roomsSaid(grounds)]
    .filter((line) => line !== '')
    .join(' ')
  const known = [...said.room, ...said.person].join('\n')
  const others = instead.map(telling.say).filter((line) => !known.includes(line))
  return {
    room: [
      [opening, ...said.room].join(' '),
      ...(figures === '' ? [] : [figures]),
      ...(others.length === 0 ? [] : [`Would have done: ${listed(others)}`]),
    ],
    person: [...said.person, ...(grounds.charged.length === 0 ? [] : [chargedSaid(refused, telling.at)])],
  }
}

type Grounds = WhyRefusal['grounds']

const whySaid = ({ why }: Grounds, at: Telling['at']): string =>
  why === null
    ? ''
    : why.considered === 0
      ? 'There was no machine of that type.'
      : `Of ${why.considered} there: ${droppedSaid(why) || 'all free'}.${examplesSaid(why, at)}`

/** `Kept: 2 for R9J8 of infra from 16:00 UTC (reserved).` */
const claimsSaid = ({ claims }: Grounds, at: Telling['at']): string =>
  claims.length === 0
    ? ''
    : `Kept: ${listed(
        claims.map(
          ({ request, tenant, count, from, reserved }) =>
            `${count} for ${request === null ? tenant : `${request} of ${tenant}`} from ${clockOf(from, at)}${reserved ? ' (reserved)' : ''}`,
        ),
      )}.`

const roomsSaid = ({ rooms }: Grounds): string =>
  rooms.length === 0
    ? ''
    : `Free for all of that time: ${listed(rooms.map(({ platform, free }) => `${free}${platform === null ? '' : ` on ${platform}`}`))}.`

const chargedSaid = ({ tenant, asked, grounds }: WhyRefusal, at: Telling['at']): string => {
  const had = grounds.charged.map(({ id, count, from, until }) =>
    asked.do === 'reserve'
      ? `${id} (${count} from ${clockOf(from, at)} until ${clockOf(until, at)})`
      : `${id} (${count} until ${clockOf(until, at)})`,
  )
  return `${tenant} had ${asked.do === 'reserve' ? 'reserved ' : ''}${listed(had)}.`
}
