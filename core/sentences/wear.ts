import type { MachineWear, WearAnswer, WearView } from '../answer/wear.ts'
import { counted, listed, openly, type Said, type Telling } from './said.ts'
import { span } from './time.ts'

const SHOWN_PLATFORMS = 4
const SHOWN_MACHINES = 3

/** A few lines, however many machines there are; where the rest stands is said at the end. */
export const wearSaid = (wear: WearAnswer, { say }: Telling): Said => {
  const { platforms, idlest, near, beyond } = wear
  const [first] = idlest
  if (platforms.length === 0) return openly(`There are no machines yet. What there is: ${say('pools')}`)
  const rest =
    platforms.length > SHOWN_PLATFORMS ? `; and ${counted(platforms.length - SHOWN_PLATFORMS, 'platform')} more` : ''
  const idle =
    first === undefined
      ? 'No machine is idle.'
      : `Idle longest: ${listed(idlest.slice(0, SHOWN_MACHINES).map(idleFor))}. ${limits(near, beyond)}`
  return openly(
    `${platforms.slice(0, SHOWN_PLATFORMS).map(ofPlatform).join('; ')}${rest}.`,
    `${idle} One machine: ${say(`why ${first?.name ?? 'metal-03'}`)}; every one: "duffy wear" on the command line`,
  )
}

const ofPlatform = ({ platform, machines, least, most, spread, attempts, leasedHours, burnins }: WearView): string =>
  `${platform}: ${counted(machines, 'machine')}, ${usesOf(least, most)} each (spread ${spread}, of attempts ${attempts.spread}), ${leasedHours} h leased, ${counted(burnins, 'burn-in')}`

const usesOf = (least: number, most: number): string =>
  least === most ? counted(most, 'use') : `${least} to ${counted(most, 'use')}`

const idleFor = ({ name, idleMs }: MachineWear): string => `${name} (${span(idleMs ?? 0)})`

const limits = (near: number, beyond: number): string => {
  if (beyond > 0) return `${counted(beyond, 'machine')} beyond the idle limit, ${near} near it.`
  return near > 0 ? `${counted(near, 'machine')} near the idle limit, to be burnt in.` : 'None is near its idle limit.'
}
