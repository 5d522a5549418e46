import type { CalibrationView } from '../answer/calibrations.ts'
import type { EstimateView } from '../view.ts'
import { counted, openly, type Said, type Telling } from './said.ts'
import { clockOf, span } from './time.ts'

/** `likely 14:10 UTC to 14:40 UTC, almost surely by 15:05 UTC`: nine in ten come in the interval that ends there. */
export const estimateSaid = ({ at50, at90 }: EstimateView, at: Telling['at']): string => {
  const [from, until, last] = [at50[0], at50[1], at90[1]].map((iso) => clockOf(iso, at))
  const likely = from === until ? `about ${from}` : `${from} to ${until}`
  return `likely ${likely}${last === until ? '' : `, almost surely by ${last}`}`
}

export const estimatesSaid = (estimates: readonly CalibrationView[], { say }: Telling): Said => {
  if (estimates.length === 0) return openly(`No estimate of a wait has met its hour yet. What is free: ${say('pools')}`)
  const most = estimates.toSorted((a, b) => b.scored - a.scored).slice(0, MOST_LINES)
  const all = estimates.length > MOST_LINES ? '; every one: "duffy estimates" on the command line' : ''
  return openly(...most.map(calibrationSaid), `What is free: ${say('pools')}${all}`)
}

/** Those with most scores. */
const MOST_LINES = 2

const calibrationSaid = ({ of, scored, inside50, inside90, medianErrorMs }: CalibrationView): string =>
  `Waits for ${of}, ${counted(scored, 'estimate')}: ${percent(inside50)} came when it was likely (50% should), ${percent(inside90)} when it was almost sure (90% should); half were off by less than ${span(medianErrorMs ?? 0)}.`

const percent = (share: number | null): string => `${Math.round(100 * (share ?? 0))}%`
