import type { TenantsAnswer } from '../answer/tenants.ts'
import type { Outcome } from '../command.ts'
import type { Refusal, RefusalType } from '../refusal.ts'
import type { Verb } from '../verbs/verb.ts'
import type { TenantDetail, TenantView } from '../view.ts'
import { MINUTE } from '../time.ts'
import { counted, listed, openly, privately, type Said, type Telling } from './said.ts'
import { span, typedSpan } from './time.ts'

const ABOUT_TENANTS = {
  adminsOnly: true,
  noSuchTenant: true,
  tenantExists: true,
  tenantRetired: true,
  badTenantName: true,
  badUsualLease: true,
  badMember: true,
  memberElsewhere: true,
  noSuchMember: true,
  noSuchApiKey: true,
  apiKeyExists: true,
  lastOperatorKey: true,
} as const satisfies Partial<Record<RefusalType, true>>
export type AboutTenants = Extract<Refusal, { type: keyof typeof ABOUT_TENANTS }>
export const isAboutTenants = (refusal: Refusal): refusal is AboutTenants => refusal.type in ABOUT_TENANTS

/** Refusals about tenants, and about who may speak for them. */
export const tenantRefused = (refusal: AboutTenants, { say }: Telling): Said => {
  switch (refusal.type) {
    case 'adminsOnly':
      return openly(
        `That is for the admins of tenant ${refusal.tenant}; nothing was changed. What you are: ${say('whoami')}`,
      )
    case 'noSuchTenant': {
      const { asked, suggestion } = refusal
      const next =
        suggestion === null ? `The tenants: ${say('tenants')}` : `Did you mean: ${say(`tenants ${suggestion}`)}`
      return openly(`There is no tenant "${asked}" here; nothing was changed. ${next}`)
    }
    case 'tenantExists':
      return openly(
        `Tenant ${refusal.tenant} exists already; nothing was changed. Another API key for it: ${say(`api-keys add of ${refusal.tenant}`)}`,
      )
    case 'tenantRetired':
      return openly(
        `Tenant ${refusal.tenant} is retired; nothing was changed. Bring it back: ${say(`tenants revive ${refusal.tenant}`)}`,
      )
    case 'badTenantName':
      return openly(
        `"${refusal.asked}" is no name for a tenant; nothing was added. A name is at most 63 letters, digits and . _ - with a letter or digit first. Try: ${say('tenants add infra')}`,
      )
    case 'badUsualLease':
      return openly(badUsualLease(refusal, say))
    case 'badMember':
      return openly(
        `"${refusal.asked}" is nobody who could be a member; nothing was changed. Try: ${say('members add irc:libera:alice')}`,
      )
    case 'memberElsewhere':
      return openly(
        `${refusal.member} speaks for ${refusal.tenant} already, and nobody speaks for two; nothing was changed. First: ${say(`members remove ${refusal.member} from ${refusal.tenant}`)}`,
      )
    case 'noSuchMember':
      return openly(
        `${refusal.asked} is no member of ${refusal.tenant}; nothing was changed. Its members: ${say(`members of ${refusal.tenant}`)}`,
      )
    case 'noSuchApiKey':
      return openly(`There is no API key "${refusal.asked}"; nothing was changed. The keys: ${say('api-keys')}`)
    case 'apiKeyExists':
      return openly(
        `That key is somebody's already (${refusal.asked}); nothing was changed. Leave it out, and a new one is made: ${say('tenants add infra')}`,
      )
    case 'lastOperatorKey':
      return openly(
        `${refusal.apiKey} is the last operator's key, and without one nobody could make another; nothing was changed. First: ${say('api-keys add operator')}`,
      )
  }
}

/** What it may have at most is said along, for that may be what was asked for. */
const badUsualLease = (
  { tenant, adding, asked, shortestMs, longestMs }: Extract<Refusal, { type: 'badUsualLease' }>,
  say: Telling['say'],
): string => {
  const no = `Leases of ${tenant} cannot last ${span(asked)} where nobody says how long`
  const verb = `tenants ${adding ? 'add' : 'set'} ${tenant}`
  const nothing = `nothing was ${adding ? 'added' : 'changed'}`
  if (longestMs === null || asked < shortestMs) {
    const least = typedSpan(Math.ceil(shortestMs / MINUTE) * MINUTE)
    return `${no}; ${nothing}. The shortest lease is ${span(shortestMs)}. Try: ${say(`${verb} lease ${least}`)}`
  }
  const most = typedSpan(longestMs)
  return `${no}, if ${span(longestMs)} is the longest; ${nothing}. Try: ${say(`${verb} lease ${most} longest ${most}`)}`
}

type TenantOutcome = Extract<
  Outcome,
  {
    type:
      | 'tenantAdded'
      | 'tenantSet'
      | 'tenantRetired'
      | 'tenantRevived'
      | 'memberAdded'
      | 'memberRemoved'
      | 'apiKeyAdded'
      | 'apiKeyRevoked'
  }
>

export const tenantOutcomeSaid = (outcome: TenantOutcome, { say }: Telling): Said => {
  const { tenant } = outcome
  switch (outcome.type) {
    case 'tenantAdded':
      return openly(
        `Tenant ${tenant} is added. Let somebody speak for it: ${say(`members add irc:libera:alice to ${tenant}`)}`,
      )
    case 'tenantSet':
      return openly(`Tenant ${tenant} is set.${taken(outcome)} See ${say(`tenants ${tenant}`)}`)
    case 'tenantRetired':
      return openly(
        `Tenant ${tenant} is retired: nobody speaks for it, and its leases are over.${taken(outcome)} Bring it back: ${say(`tenants revive ${tenant}`)}`,
      )
    case 'tenantRevived':
      return openly(`Tenant ${tenant} is back, with its members and keys. See ${say(`tenants ${tenant}`)}`)
    case 'memberAdded':
      return openly(`${outcome.member} speaks for ${tenant}. Its members: ${say(`members of ${tenant}`)}`)
    case 'memberRemoved':
      return openly(
        `${outcome.member} speaks for ${tenant} no more; leases that are held go on. Its members: ${say(`members of ${tenant}`)}`,
      )
    case 'apiKeyAdded':
      return openly(
        `API key ${outcome.apiKey} of ${tenant} is made. It is shown this once. The keys: ${say(`api-keys of ${tenant}`)}`,
      )
    case 'apiKeyRevoked':
      return openly(
        `API key ${outcome.apiKey} of ${tenant} is let in no more. The others: ${say(`api-keys of ${tenant}`)}`,
      )
  }
}

const taken = (outcome: { readonly taken: boolean }): string =>
  outcome.taken ? ' The config set it until now; from now on it has no say in it.' : ''

export const tenantsSaid = (answer: TenantsAnswer, telling: Telling): Said => {
  const { say } = telling
  if (answer.type === 'tenants') {
    const [first] = answer.tenants
    return openly(`Tenants: ${listed(answer.tenants.map(inBrief))}. More: ${say(`tenants ${first?.name ?? 'local'}`)}`)
  }
  const { tenant, part } = answer
  switch (part) {
    case 'members':
      return privately(membersSaid(tenant, telling))
    case 'apiKeys':
      return privately(apiKeysSaid(tenant, telling))
    case 'all':
      return { room: [inFull(tenant)], person: [membersSaid(tenant, telling), apiKeysSaid(tenant, telling)] }
  }
}

const inBrief = ({ name, active, held, quota }: TenantView): string =>
  `${name} (${active ? `holds ${held} of ${quota}` : 'retired'})`

const inFull = (tenant: TenantDetail): string => {
  const { name, active, held, quota, defaultMs, longestMs, owner, keys } = tenant
  const usual = defaultMs === null ? '' : `, for ${span(defaultMs)} unless it says how long`
  const longest = longestMs === null ? '' : `, at most ${span(longestMs)} each`
  const state = active
    ? `holds ${held} of ${counted(quota, 'machine')}${usual}${longest}; ${keeps(tenant)}`
    : 'is retired'
  return `${name} ${state}; ${counted(keys.length, 'SSH key')}; set by ${owner === 'config' ? 'the config' : 'its people'}.`
}

const keeps = ({ holds, holdMs }: TenantDetail): string =>
  holds === 0 ? 'it may keep none for debugging' : `it may keep ${holds} for debugging, for ${span(holdMs)}`

const membersSaid = ({ name, members }: TenantDetail, { say }: Telling): string =>
  members.length === 0
    ? `Nobody speaks for ${name} but its API keys. Let somebody: ${say(`members add irc:libera:alice to ${name}`)}`
    : `Members of ${name}: ${listed(members.map(({ member, admin }) => (admin ? `${member} (admin)` : member)))}`

const apiKeysSaid = ({ name, apiKeys }: TenantDetail, { say }: Telling): string =>
  apiKeys.length === 0
    ? `${name} has no API key. Make one at the command line: duffy api-keys add of ${name}`
    : `API keys of ${name}: ${listed(apiKeys.map(({ id, role, note }) => `${id} (${role}${note === '' ? '' : `, ${note}`})`))}. Revoke one: ${say(`api-keys revoke ${apiKeys[0]!.id}`)}`

/** Of a verb that makes a secret, where the answer could be read by others, or kept in a log. */
export const keyedSaid = ({ examples }: Pick<Verb, 'examples'>, { say }: Telling): Said =>
  openly(
    `That makes a key, which only the command line can show you; nothing was done. There: duffy ${examples[0]}. Who you are here: ${say('whoami')}`,
  )
