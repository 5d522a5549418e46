import { evolve } from '../evolve/index.ts'
import type { Fleet } from '../fleet.ts'
import type { ApiKeyId, Identity, Instant, PersonId, TenantName } from '../id.ts'

/** Who asks for a tenant in a simulation. */
export const speakerOf = (tenant: TenantName): Identity => `key:${keyOf(tenant)}` as Identity

/**
 * Lets somebody speak for every tenant, and for whoever asked before the simulation begins and is known by number alone: a log does
 * not say who people are, and nobody is lent anything who speaks for no tenant. Facts, not commands: a tenant that has all the keys
 * it may have gets one more here.
 */
export const giveSpeakers = (fleet: Fleet, at: Instant): void => {
  for (const { name } of fleet.tenants.values()) {
    const apiKey = { id: keyOf(name), tenant: name, role: 'member', digest: '', note: '' } as const
    if (!fleet.apiKeys.has(apiKey.id)) evolve(fleet, { type: 'apiKeyAdded', apiKey }, at)
  }
  for (const { by, tenant } of fleet.requests.values()) name(fleet, by, tenant)
}

const name = (fleet: Fleet, person: PersonId, tenant: TenantName): void => {
  if (!fleet.personal.has(person)) fleet.personal.restore(person, { ref: person, text: speakerOf(tenant) })
}

const keyOf = (tenant: TenantName): ApiKeyId => `simulated-${tenant}` as ApiKeyId
