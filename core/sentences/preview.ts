import type { Preview } from '../answer.ts'
import { chassisSaid } from './chassis.ts'
import { estimateSaid } from './estimate.ts'
import { names } from './login.ts'
import { wanted } from './wanted.ts'
import { counted, openly, ordinal, type Said, type Telling } from './said.ts'
import { clockOf, span, typedSpan } from './time.ts'
import { choiceSaid } from './platform.ts'
import { machineWords, typedGet } from './typed.ts'
import { droppedSaid, keptSaid } from './why.ts'

/** What a command would come to, in words, and how to ask in earnest. */
export const previewSaid = (preview: Preview, telling: Telling): Said => {
  if (preview.type === 'wouldReserve') return wouldReserveSaid(preview, telling)
  const { demand, askedMs, why } = preview
  const length = askedMs === null ? '' : ` for ${typedSpan(askedMs)}`
  const inEarnest = `Nothing was taken. In earnest: ${telling.say(`${typedGet(demand, demand.platform)}${length}`)}`
  const reasons =
    why === null || Object.keys(why.dropped).length === 0
      ? ''
      : `Of ${why.considered} ${demand.type}: ${droppedSaid(why)}. `
  return openly(outcome(preview, telling), `${reasons}${inEarnest}`, ...instead(preview, telling))
}

const wouldReserveSaid = (
  { demand, askedMs, from, durationMs, platform }: Extract<Preview, { type: 'wouldReserve' }>,
  { say, at }: Telling,
): Said => {
  const length = askedMs === null ? '' : ` for ${typedSpan(askedMs)}`
  return openly(
    `${wanted({ demand })} would be reserved for you from ${clockOf(from, at)} for ${span(durationMs)}${platform === null ? '' : `, platform ${platform}`}.`,
    `Nothing was reserved. In earnest: ${say(`reserve ${machineWords(demand).join(' ')} from ${from.slice(0, 16)}Z${length}`)}`,
  )
}

type ForNow = Exclude<Preview, { type: 'wouldReserve' }>

const outcome = (preview: ForNow, { at }: Telling): string => {
  if (preview.type === 'wouldGrant') {
    const { machines, choice, durationMs, until, why } = preview
    return `You would get ${names(machines)}, platform ${choice.platform}: ${choiceSaid(choice)}.${chassisSaid(why.chassis)} Yours for ${span(durationMs)} once you can log in, so until ${clockOf(until, at)} at the earliest.`
  }
  const { demand, position, estimate, now, why } = preview
  const platform = demand.platform === 'same' && why?.home ? ` on your platform, ${why.home}` : ''
  const free = `${now.ready} of ${counted(now.inService, 'machine')} that would do${platform} ${now.ready === 1 ? 'is' : 'are'} free${keptSaid(now.kept, at)}`
  const when = estimate === null ? '' : `; ${estimateSaid(estimate, at)}`
  return `You would wait, ${ordinal(position)} in line for ${wanted(preview)}: ${free}${when}.`
}

/** Only where its platform alone is busy. */
const instead = (preview: ForNow, { say }: Telling): string[] => {
  if (preview.type === 'wouldGrant' || preview.demand.platform === 'any') return []
  const { elsewhere } = preview.now
  if (elsewhere < preview.demand.count) return []
  return [
    `On other platforms ${counted(elsewhere, 'machine')} ${elsewhere === 1 ? 'is' : 'are'} free: ${say(typedGet(preview.demand, 'any'))}`,
  ]
}
