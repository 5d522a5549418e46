import type { MaintenanceAnswer, MaintenanceView } from '../answer/maintenance.ts'
import type { Outcome, ReservationHit } from '../command.ts'
import type { Message } from '../effect.ts'
import type { MachineName } from '../id.ts'
import { latestEnd, plannedEnd } from '../policy/due.ts'
import type { Target } from '../policy/target.ts'
import type { Refusal } from '../refusal.ts'
import { DAY, isoTime } from '../time.ts'
import type { FleetTelling } from './message.ts'
import { capital, counted, listed, openly, privately, type Said, type Telling } from './said.ts'
import { clock, clockOf, span } from './time.ts'

/** `until 16:00 UTC: bad disk` */
export const windowSaid = (
  { until, reason }: { readonly until: string | null; readonly reason: string },
  at: Telling['at'],
): string =>
  `${until === null ? 'until an operator ends it' : `until ${clockOf(until, at)}`}${reason === '' ? '' : `: ${reason}`}`

export const maintenanceSaid = ({ windows, more }: MaintenanceAnswer, { say, at }: Telling): Said => {
  if (windows.length === 0)
    return openly(`Nothing is in maintenance, and nothing is to be. How things stand: ${say('status')}`)
  const said = listed(windows.map((window) => oneSaid(window, at)))
  return openly(
    `Maintenance: ${said}.${more === 0 ? '' : ` ${more} more are not listed.`} More: ${say(`why ${windows[0]!.machine}`)}`,
  )
}

const oneSaid = (window: MaintenanceView, at: Telling['at']): string => {
  const said = thisSaid(window, at)
  const { recurs, everyMs, again } = window
  if (everyMs === null || again === null) return said
  return recurs
    ? `${said}, every ${everySaid(everyMs)}`
    : `${said}, and every ${everySaid(everyMs)} from ${clockOf(again, at)} on`
}

const thisSaid = (window: MaintenanceView, at: Telling['at']): string => {
  switch (window.state) {
    case 'begun':
      return `${window.machine} ${windowSaid(window, at)}`
    case 'waiting':
      return `${window.machine} once its lease or run is over, ${windowSaid(window, at)}`
    case 'ahead':
      return `${window.machine} from ${clockOf(window.from, at)} ${windowSaid(window, at)}`
  }
}

/** `day`, `week` */
const everySaid = (everyMs: number): string => (everyMs === DAY ? 'day' : 'week')

/** ` It comes again every week at that time in UTC, summer and winter.` */
const againSaid = (everyMs: number | null): string =>
  everyMs === null ? '' : ` It comes again every ${everySaid(everyMs)} at that time in UTC, summer and winter.`

/** `n33`, or `the 4 machines of pool metal` */
const whatSaid = ({ kind, name }: Target, machines: readonly MachineName[]): string => {
  if (kind === 'machine') return listed(machines)
  const of = kind === 'label' ? `with label ${name}` : `of ${kind} ${name}`
  return machines.length === 1 ? `the machine ${of} (${machines[0]})` : `the ${machines.length} machines ${of}`
}

/** At the start of a sentence; a machine's name stays as it is. */
const opening = (what: Target, machines: readonly MachineName[]): string =>
  what.kind === 'machine' ? whatSaid(what, machines) : capital(whatSaid(what, machines))

const typed = ({ kind, name }: Target): string => (kind === 'machine' ? name : `${kind}:${name}`)

export const maintenanceSetSaid = (
  { what, machines, from, until, reservations, everyMs }: Extract<Outcome, { type: 'maintenanceSet' }>,
  { fleet, say, at }: FleetTelling,
): Said => {
  const rows = machines.flatMap((name) => fleet.machines.get(name) ?? [])
  const begun = rows.filter(({ state }) => state.status === 'maintenance').length
  const one = machines.length === 1
  const time = windowSaid(
    { until: until === null ? null : isoTime(until), reason: rows[0]?.maintenance?.reason ?? '' },
    at,
  )
  const lift = `${everyMs === null ? 'End it' : 'End that'}: ${say(`maintenance off ${typed(what)}${everyMs === null ? '' : ' every'}`)}`
  const again = againSaid(everyMs)
  const who = opening(what, machines)
  const hits = reservations.length === 0 ? [] : [hitsSaid(reservations, at)]
  if (begun === machines.length)
    return openly(`${who} ${one ? 'is' : 'are'} in maintenance now, ${time}.${again} ${lift}`, ...hits)
  const starts =
    from > at
      ? `from ${clock(from, at)}`
      : `as soon as nobody has ${one ? 'it' : 'them'} and nothing is done with ${one ? 'it' : 'them'}`
  const late = rows.flatMap(({ name, state }) => {
    const lease = state.status === 'leased' ? fleet.leases.get(state.lease) : undefined
    return lease !== undefined && latestEnd(lease) > from
      ? [`${name} not before ${lease.id} is over, ${clock(latestEnd(lease), at)} at the latest`]
      : []
  })
  const part = begun === 0 ? '' : ` ${begun} of them ${begun === 1 ? 'is' : 'are'} by now.`
  return openly(
    `${who} ${one ? 'goes' : 'go'} into maintenance ${starts}, ${time}.${part}${again} ${lift}`,
    ...(late.length === 0 ? [] : [`${listed(late)}.`]),
    ...hits,
  )
}

/** `Reserved, and too few machines then: R9J8 for infra (2 from 16:00 UTC on 2026-11-28) lacks 1.` */
const hitsSaid = (reservations: readonly ReservationHit[], at: Telling['at']): string =>
  `Reserved, and too few machines then: ${listed(
    reservations.map(
      ({ request, tenant, count, from, lacking }) =>
        `${request} for ${tenant} (${count} from ${clock(from, at)}) lacks ${lacking}`,
    ),
  )}.`

export const maintenanceLiftedSaid = (
  { what, machines, again, every }: Extract<Outcome, { type: 'maintenanceLifted' }>,
  { say, at }: Telling,
): Said => {
  const one = machines.length === 1
  if (every)
    return openly(
      `${opening(what, machines)} ${one ? 'goes' : 'go'} into maintenance again and again no more. What is still to come: ${say('maintenance')}`,
    )
  const next =
    again === null
      ? `How ${one ? 'it is' : 'they are'}: ${say(one ? `why ${machines[0]}` : 'status')}`
      : `The next is at ${clock(again, at)}; end that for good: ${say(`maintenance off ${typed(what)} every`)}`
  return openly(
    `${opening(what, machines)} ${one ? 'is' : 'are'} out of maintenance, and will be lent once seen to be well. ${next}`,
  )
}

/** For whoever holds what is wanted. */
export const maintenancePlannedSaid = (
  { lease: id, machines, from, until }: Extract<Message, { type: 'maintenancePlanned' }>,
  { fleet, say, at }: FleetTelling,
): Said => {
  const lease = fleet.leases.get(id)
  const what = listed(machines)
  const goes = `${what} ${machines.length === 1 ? 'goes' : 'go'} into maintenance ${from > at ? `at ${clock(from, at)}` : 'as soon as your lease is over'}${until === null ? '' : `, until ${clock(until, at)}`}.`
  if (lease === undefined || lease.state.status !== 'active')
    return privately(`${goes} Your lease ${id} stays as it is: ${say('list')}`)
  const end = `Your lease ${id} ends at ${clock(lease.state.until, at)} as planned`
  return plannedEnd(lease) <= from
    ? privately(`${goes} ${end}. Through already: ${say(`done ${id}`)}`)
    : privately(
        `${goes} ${end}, and not before, but cannot be extended. If you are through earlier: ${say(`done ${id}`)}`,
      )
}

export type AboutMaintenance = Extract<
  Refusal,
  { type: 'noSuchTarget' | 'endsBeforeStart' | 'noMaintenance' | 'badRecurrence' | 'maintenanceAhead' }
>

export const maintenanceRefused = (refusal: AboutMaintenance, { say, at }: Telling): Said => {
  switch (refusal.type) {
    case 'noSuchTarget': {
      const meant =
        refusal.suggestion === null
          ? `See ${say('pools')}`
          : `Did you mean "${refusal.suggestion}"? See ${say('pools')}`
      return openly(
        `There is no machine, pool, platform, chassis or label "${refusal.asked}"; nothing was changed. ${meant}`,
      )
    }
    case 'endsBeforeStart':
      return openly(
        `That would end at ${clock(refusal.until, at)}, before it begins at ${clock(refusal.from, at)}; nothing was changed. Say the day too, in UTC: ${say('help maintenance on')}`,
      )
    case 'noMaintenance':
      return openly(
        `Nothing of ${refusal.what.kind} ${refusal.what.name} ${refusal.every === true ? 'goes into maintenance again and again' : 'is in maintenance or is to be'}; nothing was changed. What is: ${say('maintenance')}`,
      )
    case 'badRecurrence':
      return openly(
        refusal.forMs === null
          ? `For how long each time? Nothing was changed. Say so: ${say('maintenance on chassis:c1 every sunday 02:00 for 2h')}`
          : `Every ${everySaid(refusal.everyMs)} for ${span(refusal.forMs)} leaves no time between; nothing was changed. Say less than ${span(refusal.everyMs)}: ${say('help maintenance on')}`,
      )
    case 'maintenanceAhead':
      return openly(
        `${refusal.lease} can stay until ${clock(refusal.until, at)} and no longer: ${refusal.machine} goes into maintenance at ${clock(refusal.from, at)}${refusal.reason === '' ? '' : ` (${refusal.reason})`}; nothing was changed. When you are through: ${say(`done ${refusal.lease}`)}`,
      )
  }
}

/** For whoever waits: `n27 is in maintenance until 16:00 UTC: bad disk`. */
export const maintainedSaid = (
  {
    count,
    first,
  }: { readonly count: number; readonly first: readonly { machine: string; until: string | null; reason: string }[] },
  at: Telling['at'],
): string => {
  const named = first.map(({ machine, ...window }) => `${machine} is in maintenance ${windowSaid(window, at)}`)
  const more = count - first.length
  return `${named.join('; ')}${more > 0 ? `; and ${counted(more, 'machine')} more` : ''}.`
}
