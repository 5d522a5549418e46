import type { GetCommand } from '../command.ts'
import type { Refusal } from '../refusal.ts'
import type { Refused } from '../why/refused.ts'
import { typedAgain, typedCommand } from './typed.ts'

type NeverEnough = Pick<Extract<Refusal, { type: 'neverEnough' }>, 'count' | 'most' | 'elsewhere' | 'allowed'>

/** As many of what there is as its tenant may have, of any platform only where one has fewer; null: none. */
export const asManyAsMayBe = ({ count, most, elsewhere, allowed }: NeverEnough): Pick<GetCommand, 'count'> | null => {
  const had = Math.min(count, Math.max(most, elsewhere), allowed)
  return had === 0 ? null : { count: had, ...(had > most && { platform: 'any' }) }
}

/** Lines that would not have been refused so: the same again, but for what was in the way. */
export const insteadOf = ({ asked, refusal, grounds }: Pick<Refused, 'asked' | 'refusal' | 'grounds'>): string[] => {
  if (asked.do === 'extend' || asked.do === 'hold') return []
  const again = (over: Parameters<typeof typedAgain>[1]): string => typedAgain(asked, over)
  if (refusal.type === 'noneFree')
    return [
      again({ queue: true }),
      ...(refusal.elsewhere >= refusal.count ? [again({ platform: 'any', queue: false })] : []),
    ]
  if (refusal.type === 'neverEnough') {
    const { most } = refusal
    const best = asManyAsMayBe(refusal)
    if (best === null) return []
    return [...(most > 0 && best.count > most ? [again({ count: most })] : []), again(best)]
  }
  if (refusal.type === 'overQuota' && refusal.held < refusal.quota)
    return [again({ count: refusal.quota - refusal.held })]
  if (refusal.type === 'leaseTooLong') return [again({ durationMs: refusal.longestMs })]
  if (refusal.type === 'badPriority') return [again({ priority: refusal.most })]
  if (refusal.type !== 'noRoom' || asked.do === 'get') return []
  const free = Math.max(0, ...grounds.rooms.map((room) => room.free))
  return [
    ...(refusal.nearest === null ? [] : [typedCommand({ ...asked, from: refusal.nearest })]),
    ...(free > 0 ? [again({ count: free })] : []),
  ]
}
