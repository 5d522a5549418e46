import type { Holder } from '../answer/holder.ts'
import type { Chances, WhyLease, WhyMachine, WhyRequest } from '../answer.ts'
import { isoTime } from '../time.ts'
import type { Considered, Dropped, DropRule, Why } from '../why.ts'
import { chassisSaid } from './chassis.ts'
import { outcomesSaid } from './ending.ts'
import { estimateSaid } from './estimate.ts'
import { names } from './login.ts'
import { maintainedSaid, windowSaid } from './maintenance.ts'
import { anyInstead } from './outcome.ts'
import { wanted } from './wanted.ts'
import { choiceSaid } from './platform.ts'
import { capital, counted, listed, openly, type Said, type Telling } from './said.ts'
import { STATES } from './states.ts'
import { clock, clockOf, span } from './time.ts'

export const whyRequestSaid = ({ request, why, now }: WhyRequest, { say, at }: Telling): Said => {
  const { id } = request
  const what = wanted({ demand: request })
  if (request.state === 'granted' && request.lease !== null) {
    return openly(`Request ${id} (${what}) was granted: lease ${request.lease}. More: ${say(`why ${request.lease}`)}`)
  }
  const reasons =
    why === null || Object.keys(why.dropped).length === 0
      ? []
      : [`When you asked, of ${why.considered} ${request.type}: ${droppedSaid(why)}.${examplesSaid(why, at)}`]
  if (now === null && request.pollBy !== null && request.endedAt === null) {
    return openly(
      `Request ${id} (${what}) was told to come again, and is passed by whoever waits until it is asked for once more. Its place is kept until ${clockOf(request.pollBy, at)}. Give it up: ${say(`cancel ${id}`)}`,
      ...reasons,
    )
  }
  if (now === null) {
    const when = request.endedAt === null ? '' : ` since ${clockOf(request.endedAt, at)}`
    return openly(
      `Request ${id} (${what}) waits no more${when}: ${request.ending ?? 'it is over'}. Ask again: ${say('get metal')}`,
      ...reasons,
    )
  }
  if (request.from !== null && request.from > isoTime(at))
    return openly(
      `Reservation ${id}: ${what} from ${clockOf(request.from, at)} for ${span(request.durationMs)}. Its machines are lent until then to those who are through by then. Cancel: ${say(`cancel ${id}`)}`,
    )
  const platform = request.platform === 'same' && why?.home ? ` on your platform, ${why.home}` : ''
  const quota = now.atQuota ? ' Your tenant holds as much as it may, so it waits for that first.' : ''
  const free = `${now.ready} of ${counted(now.inService, 'machine')} that would do${platform} ${now.ready === 1 ? 'is' : 'are'} free${keptSaid(now.kept, at)}`
  const ahead = now.ahead === 0 ? 'nobody is ahead of you' : `${counted(now.ahead, 'request')} ahead of you`
  const lines = [
    `Request ${id} wants ${what}: ${free}; ${ahead}${request.estimate === null ? '' : `; ${estimateSaid(request.estimate, at)}`}.${quota} Cancel: ${say(`cancel ${id}`)}`,
  ]
  lines.push(...reasons)
  if (now.maintenance.count > 0) lines.push(capital(maintainedSaid(now.maintenance, at)))
  if (now.elsewhere >= request.count && request.platform !== 'any') {
    lines.push(
      `On other platforms ${counted(now.elsewhere, 'machine')} ${now.elsewhere === 1 ? 'is' : 'are'} free: ${say(anyInstead({ demand: request }))} and then ${say(`cancel ${id}`)}`,
    )
  }
  return openly(...lines)
}

/** `, but 2 are kept until 14:05 UTC for R9J8, who is first` */
export const keptSaid = ({ machines, for: first }: Chances['kept'], at: Telling['at']): string => {
  if (first === null) return ''
  const until = first.from > isoTime(at) ? ` until ${clockOf(first.from, at)}` : ''
  const whom =
    first.request === null
      ? `${first.tenant}, who waits for ${first.count} since ${clockOf(first.since, at)} and is first`
      : `${first.request}, who is first`
  return `, but ${machines} ${machines === 1 ? 'is' : 'are'} kept${until} for ${whom}`
}

export const whyLeaseSaid = ({ lease, choice, why }: WhyLease, { say, at }: Telling): Said => {
  const considered = (one: Considered): string =>
    `${one.machine} (${counted(one.attempts, 'attempt')}, idle since ${clockOf(isoTime(one.idleSince), at)})`
  const chosen = why.chosen.length === 0 ? names(lease.machines) : listed(why.chosen.map(considered))
  const others =
    Object.keys(why.dropped).length === 0 ? '' : `, of ${why.considered} ${lease.type}: ${droppedSaid(why)}`
  const noOther = choice.reason === 'any' ? 'No other' : `No other of ${choice.platform}`
  const next =
    why.next.length === 0
      ? `${noOther} that would do was free.`
      : `Next would have been ${listed(why.next.map(considered))}.`
  const held =
    lease.hold === null
      ? ''
      : ` It is kept for debugging since ${clockOf(lease.hold.since, at)}${lease.hold.reason === '' ? '' : ` (${lease.hold.reason})`}, until ${clockOf(lease.until ?? lease.hold.last, at)}, and can be until ${clockOf(lease.hold.last, at)}.`
  const bound =
    lease.build === null || lease.hold !== null || lease.state === 'ended' ? '' : ` It ends with ${lease.build.url}.`
  const end =
    lease.state === 'ended'
      ? `It is over. Get another machine: ${say('get metal')}`
      : `Return it: ${say(`done ${lease.id}`)}`
  return openly(
    `Lease ${lease.id} got ${(why.chassis?.ahead ?? 0) > 0 ? 'machines' : 'the least worn'} that were free: ${chosen}${others}.${examplesSaid(why, at)}`,
    `Platform ${choice.platform}: ${choiceSaid(choice)}.${chassisSaid(why.chassis)} ${next}${held}${bound} ${end}`,
  )
}

export const whyMachineSaid = (
  { machine, holder, quarantine, failures, usual }: WhyMachine,
  { say, at }: Telling,
): Said => {
  const failed = failures === 0 ? '' : ` ${counted(failures, 'step')} failed in a row.`
  return openly(
    `${machine.name} ${state()}.${ahead()}${failed}${outcomes()} ${counted(machine.attempts, 'attempt')} so far; pool ${machine.pool}: ${say(`status ${machine.pool}`)}`,
  )

  function ahead(): string {
    const { maintenance: window } = machine
    if (window === null || machine.state === 'maintenance' || machine.state === 'retired') return ''
    return ` It goes into maintenance ${window.from <= isoTime(at) ? 'after that' : `at ${clockOf(window.from, at)}`}, ${windowSaid(window, at)}.`
  }

  function again(probationAt: string | null): string {
    return probationAt === null
      ? `that was once too often, so it stays until an operator says it is mended: ${say(`readmit ${machine.name}`)}`
      : `it is tried again at ${clockOf(probationAt, at)}`
  }

  function before(): string {
    const { probation } = machine.health
    return probation === null ? '' : `, ${BEFORE[probation]}`
  }

  function outcomes(): string {
    const { health, platform } = machine
    if (health.suspicion <= 1 || health.failed === 0) return ''
    return ` ${capital(outcomesSaid({ ...health, platform, usual }))}.`
  }

  function state(): string {
    if (!machine.configured && machine.state !== 'retired') return 'is being withdrawn: the config names it no more'
    switch (machine.state) {
      case 'ready':
        return `is free, since ${clockOf(machine.idleSince, at)}`
      case 'leased':
        return holder === null ? 'is leased' : heldBy(holder, at)
      case 'quarantined':
        return quarantine === null
          ? 'is quarantined'
          : `is quarantined since ${clockOf(quarantine.since, at)}: ${quarantine.reason}; ${again(quarantine.probationAt)}`
      case 'maintenance':
        return `is in maintenance ${windowSaid(machine.maintenance ?? { until: null, reason: '' }, at)}`
      case 'enrolled':
        return 'is off until it is wanted'
      case 'provisioning':
        return 'is being installed'
      case 'checking':
        return `is being checked${before()}`
      case 'burning':
        return 'is being burnt in, since nobody had it for long'
      case 'collecting':
        return 'was given back, and what its last holder wants kept is being collected'
      case 'revoking':
        return 'was given back, and its last holder is being shut out'
      case 'recycling':
        return 'is being made clean'
      case 'rebuilding':
        return `is being installed anew${before()}`
      case 'stopping':
        return 'is being turned off'
      case 'retired':
        return 'is gone for good'
    }
  }
}

const BEFORE: Readonly<Record<'failures' | 'outcomes' | 'reported', string>> = {
  failures: 'on probation after its quarantine',
  outcomes: 'on probation after its quarantine',
  reported: 'since whoever had it said that it is bad',
}

/** A public fact: who and until when. */
export const heldBy = ({ tenant, until, hold }: Holder, at: Telling['at']): string =>
  until === null
    ? `is being made ready for ${tenant}`
    : `is ${hold ? 'kept for debugging' : 'held'} by ${tenant} until ${clockOf(until, at)}`

const RULES: Readonly<Record<DropRule, string>> = {
  platform: 'of another platform',
  busy: 'in use',
  arch: 'of another architecture',
  labels: 'without the labels',
  pool: 'of another pool',
  quarantined: 'quarantined',
  maintenance: 'in maintenance or to be soon',
  off: 'off',
  aside: 'set aside for others',
}

export const droppedSaid = ({ dropped: counts }: Why): string =>
  (Object.keys(RULES) as DropRule[])
    .flatMap((rule) => ((counts[rule] ?? 0) > 0 ? [`${counts[rule]} ${RULES[rule]}`] : []))
    .join(', ')

/** ` For example intel-3: in use until 16:00 UTC; n12: in quarantine since 13:40 UTC, check failed.` */
export const examplesSaid = ({ examples }: Pick<Why, 'examples'>, at: Telling['at']): string =>
  examples.length === 0
    ? ''
    : ` For example ${examples.map((example) => `${example.machine}: ${droppedBecause(example, at)}`).join('; ')}.`

/** Why one machine was not taken, after its name. */
export const droppedBecause = ({ rule, status, since, until, has }: Dropped, at: Telling['at']): string => {
  const from = since === null ? '' : ` since ${clock(since, at)}`
  const window = windowSaid({ until: until === null ? null : isoTime(until), reason: has ?? '' }, at)
  switch (rule) {
    case 'platform':
      return `platform ${has}`
    case 'arch':
      return `architecture ${has}`
    case 'pool':
      return `pool ${has}`
    case 'labels':
      return `without ${has}`
    case 'quarantined':
      return `in quarantine${from}, ${has} failed${until === null ? '' : `; it is tried again at ${clock(until, at)}`}`
    case 'off':
      return `off${from}`
    case 'busy':
      return until === null ? STATES[status] : `in use until ${clock(until, at)}`
    case 'maintenance':
      return since === null || status === 'maintenance'
        ? `in maintenance ${window}`
        : `goes into maintenance at ${clock(since, at)}, ${window}`
    case 'aside':
      return `set aside${until === null || until <= at ? '' : ` until ${clock(until, at)}`} for ${has}`
  }
}
