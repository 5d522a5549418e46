import type { Home, HomeAnswer } from '../answer/home.ts'
import type { Outcome } from '../command.ts'
import { listed, openly, type Said, type Telling } from './said.ts'

export const homeSaid = ({ tenant, homes }: HomeAnswer, { say }: Telling): Said => {
  if (homes.length === 0) return openly(`There are no machines, so ${tenant} has no home yet. See ${say('pools')}`)
  const [first] = homes
  const other = first?.platforms.find(({ platform }) => platform !== first.platform)
  const move = other === undefined ? '' : ` Move it: ${say(`home ${first?.type} ${other.platform}`)}`
  return openly(`Home of ${tenant}: ${homes.map(oneSaid).join('; ')}.${move}`)
}

/** `metal sandbox-intel (2 of 4 free), near it intel-16 (4 of 4 free), of other classes sandbox-amd (1 of 4 free)` */
const oneSaid = ({ type, platform: home, platforms }: Home): string => {
  const said = (some: Home['platforms']): string =>
    listed(some.map(({ platform, ready, machines }) => `${platform} (${ready} of ${machines} free)`))
  if (home === null) return `${type}: none before the first ${type} is yours, of ${said(platforms)}`
  const own = platforms.filter(({ platform }) => platform === home)
  const near = platforms.filter(({ platform, distance }) => platform !== home && distance !== null)
  const far = platforms.filter(({ distance }) => distance === null)
  return [
    `${type} ${own.length === 0 ? `${home} (no machine is left)` : said(own)}`,
    ...(near.length === 0 ? [] : [`near it ${said(near)}`]),
    ...(far.length === 0 ? [] : [`of other classes ${said(far)}`]),
  ].join(', ')
}

export const homeMovedSaid = (
  { tenant, machineType, from, platform }: Extract<Outcome, { type: 'homeMoved' }>,
  { say }: Telling,
): Said =>
  from === platform
    ? openly(
        `${tenant} is at home on ${platform} already; nothing changed. Get a machine: ${say(`get ${machineType}`)}`,
      )
    : openly(
        `The ${machineType} of ${tenant} will be ${platform}${from === null ? '' : `, no longer ${from}`}; what is held stays as it is. Get a machine: ${say(`get ${machineType}`)}`,
      )
