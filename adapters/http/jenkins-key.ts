import { speaker, type ApiKeyId, type Identity, type TenantName } from '#core'
import type { Caller } from './api-key.ts'
import type { Ports } from './ports.ts'

const JENKINS = 'jenkins:'

/** The Jenkins that the `token` of a query proves, or null. It speaks for the tenant that has `jenkins:<name>` as a member. */
export async function jenkinsOf(
  query: unknown,
  { jenkins, lane }: Pick<Ports, 'jenkins' | 'lane'>,
): Promise<Caller | null> {
  const { token } = query as { readonly token?: unknown }
  const known = typeof token === 'string' && token.length <= 500 ? (jenkins?.bySecret(token) ?? null) : null
  if (known === null) return null
  const name = `${JENKINS}${known.name}`
  const who = await lane.read((fleet) => speaker(fleet, name as Identity))
  // One that speaks for nobody can still say that its builds are over.
  return {
    identity: name as Identity,
    key: name as ApiKeyId,
    tenant: who?.tenant ?? ('' as TenantName),
    role: who?.role ?? 'member',
  }
}

/** Whether somebody wants to prove that they are a Jenkins. */
export const hasToken = (query: unknown): boolean =>
  (query as { readonly token?: unknown } | undefined)?.token !== undefined

/** Whether a caller is a Jenkins, by its secret. */
export const isJenkins = ({ identity }: Caller): boolean => identity.startsWith(JENKINS)
