import { endingsOf, type LeaseEnding, type Message } from '../effect.ts'
import type { Fleet } from '../fleet.ts'
import type { Lease } from '../lease.ts'
import { areOne } from '../policy/selves.ts'
import { stillEnding } from '../stale.ts'
import { MINUTE } from '../time.ts'
import { leaseView } from '../view.ts'
import { names } from './login.ts'
import { capital, listed, privately, type Said, type Telling } from './said.ts'
import { clock, span } from './time.ts'

type Warning = Extract<Message, { type: 'leaseEnding' | 'leasesEnding' }>
type WarningTelling = Telling & { readonly fleet: Fleet }

/** A warning to its holder alone. Of several leases those are left out by then whose end is another. */
export const warningSaid = (message: Warning, telling: WarningTelling): Said => {
  const still = stillEnding(telling.fleet, message, telling.at)
  const [only, ...more] = message.type === 'leaseEnding' || still.length === 0 ? endingsOf(message) : still
  return privately(...(more.length === 0 ? [ofOne(only!, telling)] : ofSeveral([only!, ...more], telling)))
}

const ofOne = (ending: LeaseEnding, telling: WarningTelling): string => {
  const { lease } = ending
  const { say } = telling
  return `Lease ${named(ending, telling)} ends ${when(ending, telling, 'it')}. More time: ${say(`extend ${lease} 2h`)}. Through already: ${say(`done ${lease}`)}`
}

const ofSeveral = (endings: readonly LeaseEnding[], telling: WarningTelling): string[] => {
  const { say, fleet, at } = telling
  const together = Map.groupBy(endings, (ending) => `${clock(ending.until, at)} ${ending.spared ?? false}`)
  const ends = [...together.values()].map((some) => {
    const which = listed(some.map((ending) => named(ending, telling)))
    return some.length === 1
      ? `lease ${which} ends ${when(some[0]!, telling, 'it')}`
      : `leases ${which} end ${when(some[0]!, telling, 'they')}`
  })
  const { lease } = endings[0]!
  const isAll = isAllOf(fleet, endings)
  return [
    `${capital(ends.join('; '))}.`,
    `More time for ${isAll ? 'all' : 'all that you hold'}: ${say('extend all 2h')}; for one: ${say(`extend ${lease} 2h`)}. Through with ${isAll ? `all: ${say('done all')}` : `one: ${say(`done ${lease}`)}`}`,
  ]
}

/** `L7Q2 (metal-03)` */
const named = ({ lease: id }: LeaseEnding, { fleet }: WarningTelling): string => {
  const lease = fleet.leases.get(id)
  return lease === undefined ? id : `${id} (${names(leaseView(fleet, lease).machines)})`
}

const when = ({ until, spared }: LeaseEnding, { at }: Telling, it: 'it' | 'they'): string => {
  const later = `later than ${it === 'it' ? 'it was' : 'they were'} to: I was away, and could not warn you`
  const left = until - at < MINUTE ? 'less than a minute' : span(until - at)
  return `at ${clock(until, at)}, in ${left}${spared === true ? ` (${later})` : ''}`
}

/** Whether whoever holds these holds no others, which `done all` would end as well. */
const isAllOf = (fleet: Fleet, endings: readonly LeaseEnding[]): boolean => {
  const [first] = endings.flatMap(({ lease }) => fleet.leases.get(lease) ?? [])
  if (first === undefined) return false
  const isTheirs = (lease: Lease): boolean => areOne(fleet, lease.by, first.by)
  return [...fleet.leasesOf.of(first.tenant)].filter(isTheirs).length === endings.length
}
