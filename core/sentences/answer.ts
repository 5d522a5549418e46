import type { AllAnswer, Answer, MineAnswer } from '../answer.ts'
import type { MachineStatus } from '../machine.ts'
import type { FingerprintOf } from '../ssh-key.ts'
import type { Role } from '../tenant.ts'
import type { PoolView } from '../view.ts'
import { artifactsSaid } from './artifacts.ts'
import { estimateSaid, estimatesSaid } from './estimate.ts'
import { helpSaid } from './help.ts'
import { homeSaid } from './home.ts'
import { levelSaid } from './level.ts'
import { logins, names } from './login.ts'
import { maintenanceSaid } from './maintenance.ts'
import { wanted } from './wanted.ts'
import { previewSaid } from './preview.ts'
import { queueSaid } from './queue.ts'
import { reservationsSaid } from './reserve.ts'
import { refusalSaid } from './refusal.ts'
import { counted, listed, openly, ordinal, privately, type RefusalTelling, type Said, type Telling } from './said.ts'
import { STATES } from './states.ts'
import { tenantsSaid } from './tenants.ts'
import { webhooksSaid } from './webhooks.ts'
import { clock, clockOf } from './time.ts'
import { wearSaid } from './wear.ts'
import { whyRefusalSaid } from './why-refusal.ts'
import { heldBy, whyLeaseSaid, whyMachineSaid, whyRequestSaid } from './why.ts'

/** The answer to a question, in words; `asked`: the command that it was about. */
export function answerSaid(answer: Answer, telling: RefusalTelling & { readonly fingerprint: FingerprintOf }): Said {
  const { say, at } = telling
  switch (answer.type) {
    case 'mine':
      return mine(answer, telling)
    case 'all':
      return all(answer, telling)
    case 'whyRequest':
      return whyRequestSaid(answer, telling)
    case 'whyLease':
      return whyLeaseSaid(answer, telling)
    case 'whyMachine':
      return whyMachineSaid(answer, telling)
    case 'whyRefusal':
      return whyRefusalSaid(answer, telling)
    case 'wouldGrant':
    case 'wouldWait':
    case 'wouldReserve':
      return previewSaid(answer, telling)
    case 'queue':
      return queueSaid(answer, telling)
    case 'wear':
      return wearSaid(answer, telling)
    case 'status': {
      const lines = answer.pools.map((pool) => inFull(pool, at))
      const waiting = answer.whole ? ` ${counted(answer.waiting, 'request')} waiting.` : ''
      return openly(
        `${lines.length === 0 ? 'There are no pools' : lines.slice(0, MOST_POOLS).join('; ')}.${waiting} More: ${say('pools')}`,
      )
    }
    case 'pools':
      return openly(pools(answer.pools, telling))
    case 'estimates':
      return estimatesSaid(answer.estimates, telling)
    case 'who': {
      const { machine, state, holder } = answer
      const who = holder === null ? `is held by nobody (${STATES[state]})` : heldBy(holder, at)
      return openly(`${machine} ${who}. More: ${say(`why ${machine}`)}`)
    }
    case 'artifacts':
      return artifactsSaid(answer, telling)
    case 'reservations':
      return reservationsSaid(answer, telling)
    case 'maintenance':
      return maintenanceSaid(answer, telling)
    case 'home':
      return homeSaid(answer, telling)
    case 'keys':
      return keys(answer, telling)
    case 'whoami':
      return whoami(answer, telling)
    case 'help':
      return helpSaid(answer.verb, telling)
    case 'tenants':
    case 'tenant':
      return tenantsSaid(answer, telling)
    case 'webhooks':
      return webhooksSaid(answer, telling)
    case 'refused':
      return refusalSaid(answer.refusal, telling)
  }
}

const MOST_POOLS = 6

const mine = (
  { leases, requests, more }: MineAnswer,
  { say, at, fingerprint }: Telling & { readonly fingerprint: FingerprintOf },
): Said => {
  const [first] = leases
  if (first === undefined && requests.length === 0) {
    return openly(`You hold nothing and wait for nothing. Get a machine: ${say('get metal')}`)
  }
  const held = leases.map(
    (lease) =>
      `${lease.id} (${names(lease.machines)}${lease.until === null ? ', being made ready' : `${lease.hold === null ? '' : ', kept for debugging'} until ${clockOf(lease.until, at)}`})`,
  )
  const waits = requests.map(
    (request) =>
      `${request.id} (${wanted({ demand: request })}${request.position === null ? '' : `, ${ordinal(request.position)} in line`}${request.from === null ? '' : `, reserved from ${clockOf(request.from, at)}`}${request.estimate === null ? '' : `, ${estimateSaid(request.estimate, at)}`})`,
  )
  const lines = [
    ...(first === undefined ? [] : [`You hold ${listed(held)}. Return: ${say(`done ${first.id}`)}`]),
    ...(requests[0] === undefined ? [] : [`You wait for ${listed(waits)}. Cancel: ${say(`cancel ${requests[0].id}`)}`]),
    ...(more === 0 ? [] : [`${more} more are not listed.`]),
  ]
  const open = leases.filter(({ state }) => state === 'active').flatMap(({ machines }) => machines)
  return { room: lines, person: logins(open, fingerprint) }
}

const all = ({ holdings, waiting, more }: AllAnswer, { say, at }: Telling): Said => {
  const waits = `${counted(waiting, 'request')} waiting.`
  if (holdings.length === 0) return openly(`Nobody holds anything. ${waits} Get a machine: ${say('get metal')}`)
  const held = holdings.map(
    ({ machines, tenant, until, hold }) =>
      `${listed(machines)} (${tenant}${until === null ? '' : `${hold ? ', kept for debugging' : ''} until ${clockOf(until, at)}`})`,
  )
  const rest = more === 0 ? '' : ` ${more} more are not listed.`
  return openly(`Held: ${listed(held)}.${rest}`, `${waits} What is free: ${say('pools')}`)
}

const inFull = (pool: PoolView, at: Telling['at']): string => {
  const { name, machines, states, wanted: asked, draining } = pool
  const parts = (Object.keys(STATES) as MachineStatus[]).flatMap((status) => {
    const count = states[status] ?? 0
    return count > 0 ? [`${count} ${STATES[status]}`] : []
  })
  const line = asked > 0 ? `, ${asked} waited for` : ''
  return `${name}${draining ? ' (being withdrawn)' : ''}: ${counted(machines, 'machine')}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}${line}${levelSaid(pool, at)}`
}

const pools = (every: readonly PoolView[], { say }: Telling): string => {
  const [first] = every
  if (first === undefined) return `There are no pools yet: an operator's config names them. Meanwhile: ${say('help')}`
  const each = every.map(
    ({ name, type, machines, states, wanted: asked }) =>
      `${name} (${type === name ? '' : `${type}, `}${states.ready ?? 0} free of ${machines}${asked > 0 ? `, ${asked} waited for` : ''})`,
  )
  return `Pools: ${listed(each)}. Get a machine: ${say(`get ${first.name}`)}`
}

const keys = ({ keys: own, tenantKeys }: Extract<Answer, { type: 'keys' }>, { say }: Telling): Said => {
  const add = `Add another: ${say('keys add ssh-ed25519 AAAA…')}`
  if (own.length > 0) return privately(`Your keys: ${own.join(', ')}. Remove one: ${say(`keys remove ${own[0]}`)}`, add)
  return tenantKeys.length > 0
    ? privately(`You have added no key, so your tenant's are let in: ${tenantKeys.join(', ')}. ${add}`)
    : privately(`You have added no key, and could not log in. Add one: ${say('keys add ssh-ed25519 AAAA…')}`)
}

const WHAT: Readonly<Record<Role, string>> = { member: 'a member', admin: 'an admin', operator: 'an operator' }

const whoami = (
  { identity, others, told, mutedUntil, standing }: Extract<Answer, { type: 'whoami' }>,
  { say, at }: Telling,
): Said => {
  const also =
    others.length === 0 ? '' : `You are also ${listed(others)}; take one away: ${say(`unlink ${others[0]}`)}.`
  const where =
    told.length === 0
      ? 'You are told things nowhere.'
      : `You are told things where you asked${told.length > 1 ? `, or else at ${listed(told)}, the first that takes them` : ''}.`
  const quiet = mutedUntil === null ? '' : ` Muted until ${clock(mutedUntil, at)}: ${say('unmute')}.`
  if (standing === null) {
    const line = `You are ${identity}, and speak for no tenant here. If Duffy knows you elsewhere, say in private: ${say('link')}. If not, ask an operator to add you; meanwhile: ${say('help')}`
    return { room: [line], person: others.length === 0 ? [] : [also] }
  }
  const { tenant, role, held, quota, homes, keys: known } = standing
  const platforms = Object.entries(homes).map(([type, platform]) => `${type} ${platform}`)
  const home = platforms.length === 0 ? '' : ` Its platforms: ${listed(platforms)}.`
  return {
    room: [`You are ${identity}, ${WHAT[role]} of ${tenant}. What you hold: ${say('list')}`],
    person: [
      `${tenant} holds ${held} of ${counted(quota, 'machine')}.${home} You have added ${counted(known, 'SSH key')}: ${say('keys')}`,
      [also || `You are known at this door alone; another: ${say('link')}.`, where].join(' ') + quiet,
    ],
  }
}
