import type { InLine, QueueAnswer } from '../answer/queue.ts'
import type { Instant } from '../id.ts'
import { MACHINE_TYPES } from '../machine.ts'
import type { Awaited } from '../policy/promised.ts'
import { isoTime } from '../time.ts'
import { estimateSaid } from './estimate.ts'
import { counted, openly, ordinal, type Said, type Telling } from './said.ts'
import { clock, clockOf, span } from './time.ts'

/** For whom a lease ends when it does: `2 requests wait for metal`, `metal is reserved from 16:00 UTC`. */
export const awaitedSaid = ({ machineType, requests, reservedFrom }: Awaited, at: Instant): string =>
  reservedFrom === null
    ? `${counted(requests, 'request')} ${requests === 1 ? 'waits' : 'wait'} for ${machineType}`
    : `${machineType} is reserved from ${clock(reservedFrom, at)}`

/** Those told of in one line. */
const SHOWN = 5

/** The first few of each type; a few lines, however many wait. */
export const queueSaid = ({ of, waiting, reserved, more }: QueueAnswer, { say, at }: Telling): Said => {
  const [first] = waiting
  if (first === undefined)
    return openly(`Nobody waits${of === null ? '' : ` for ${of}`}. Get a machine: ${say(`get ${of ?? 'metal'}`)}`)
  const own = waiting.find(({ request }) => request !== null)
  const lines = MACHINE_TYPES.flatMap((type) => {
    const line = waiting.filter((one) => one.type === type)
    if (line.length === 0) return []
    const shown = line.slice(0, SHOWN)
    // Yours is told of wherever it stands.
    if (own !== undefined && own.type === type && !shown.includes(own)) shown.push(own)
    const rest = line.length - shown.length
    return [
      `Waiting for ${of ?? type}: ${shown.map((one) => inLine(one, at)).join('; ')}${rest > 0 ? `; ${rest} more` : ''}.`,
    ]
  })
  const unlisted = more === 0 ? '' : `${more} more are not listed. `
  const next =
    own === undefined ? `What is free: ${say('pools')}` : `Why ${own.request} waits: ${say(`why ${own.request}`)}`
  return openly(...lines, `${reservedSaid(reserved, at)}${unlisted}${next}`)
}

/** `Reserved before them: 2 metal for infra from 16:00 UTC for 4h. ` */
const reservedSaid = (reserved: QueueAnswer['reserved'], at: Instant): string => {
  if (reserved.length === 0) return ''
  const said = reserved.slice(0, SHOWN).map(({ id, tenant, count, type, from, durationMs }) => {
    const when =
      from > isoTime(at) ? `from ${clockOf(from, at)} for ${span(durationMs)}` : `since ${clockOf(from, at)}, and first`
    return `${id === null ? '' : `${id}, `}${count} ${type} for ${tenant} ${when}`
  })
  const rest = reserved.length - said.length
  return `Reserved before them: ${said.join('; ')}${rest > 0 ? `; ${rest} more` : ''}. `
}

/** `1st infra (4 since 13:02 UTC, its 5th machine, priority 2, 2 set aside for it until 14:05 UTC)` */
const inLine = (one: InLine, at: Instant): string => {
  const { place, request, tenant, pool, count, since, estimate, aside } = one
  const facts = [
    `${count}${pool === null ? '' : ` of ${pool}`} since ${clockOf(since, at)}`,
    turnOf(one),
    ...(estimate === null ? [] : [estimateSaid(estimate, at)]),
    ...(aside === null || aside.free === 0 ? [] : [asideSaid(aside, at)]),
  ]
  return `${ordinal(place)} ${request === null ? tenant : `${request} of ${tenant}`} (${facts.join(', ')})`
}

const asideSaid = ({ free, until }: NonNullable<InLine['aside']>, at: Instant): string =>
  `${free} set aside for it${until > isoTime(at) ? ` until ${clockOf(until, at)}` : ''}`

const turnOf = ({ machine, weight, priority, overdue }: InLine): string => {
  if (overdue) return 'overtaken too often'
  const share = `its ${ordinal(machine)} machine${weight === 1 ? '' : ` at weight ${weight}`}`
  return priority === 0 ? share : `priority ${priority}, ${share}`
}
