import type { PoolView } from '../view.ts'
import { clockOf, span } from './time.ts'
import type { Telling } from './said.ts'

/** How many machines a pool keeps ready and why, where that follows demand; empty where it is always the same. */
export const levelSaid = (
  { keepReady, keepReadyBecause: because }: Pick<PoolView, 'keepReady' | 'keepReadyBecause'>,
  at: Telling['at'],
): string => {
  if (because.type === 'fixed') return ''
  const kept = `; ${keepReady} to be kept ready`
  if (because.type === 'predicted')
    return `${kept}, since about ${because.expected.toFixed(1)} are wanted in the ${span(because.withinMs)} that it takes to make one`
  return `${kept} until a week has been seen${because.until === null ? '' : `, ${clockOf(because.until, at)}`}`
}
