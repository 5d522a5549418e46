import { readMember, type SiteTenant, type SshKey, type TenantName } from '#core'
import type { Faults } from './faults.ts'
import { SHORTER_THAN_USUAL } from './pools.ts'
import type { tenantSchema } from './schema.ts'
import { readKey } from './ssh-key.ts'
import type { z } from 'zod'

type TenantRead = z.output<typeof tenantSchema>

/** Tenants with their members and keys checked. Nobody speaks for two. */
export function readTenants(read: ReadonlyMap<string, TenantRead | null>, faults: Faults): SiteTenant[] {
  const speaksFor = new Map<string, string>()
  const tenants: SiteTenant[] = []
  for (const [name, tenant] of read) {
    if (tenant === null) continue
    const path = ['tenants', name]
    if (tenant.lease !== undefined && tenant.longest !== undefined && tenant.longest < tenant.lease)
      faults.add([...path, 'longest'], SHORTER_THAN_USUAL)
    const members: string[] = []
    for (const [at, written] of tenant.members.entries()) {
      const member = readMember(written)
      const other = member === null ? undefined : speaksFor.get(member)
      if (member === null) faults.add([...path, 'members', at], MEMBER_RULE)
      else if (other !== undefined && other !== name)
        faults.add(
          [...path, 'members', at],
          `\`${member}\` speaks for \`${other}\` already; name it under one tenant only.`,
        )
      else if (other === undefined) members.push(member)
      if (member !== null) speaksFor.set(member, other ?? name)
    }
    tenants.push({
      name: name as TenantName,
      quota: tenant.quota,
      weight: tenant.weight,
      priority: tenant.priority,
      defaultMs: tenant.lease ?? null,
      longestMs: tenant.longest ?? null,
      holds: tenant.holds.most,
      holdMs: tenant.holds.longest,
      members,
      keys: keysOf(tenant.keys, path, faults),
    })
  }
  return tenants
}

const MEMBER_RULE =
  'Give `irc:<network>:<account>` or `slack:<team>:<user>`, or `irc:<network>:*` or `slack:<team>:*` for everybody there, or `jenkins:<name>`.'

const keysOf = (lines: readonly string[], path: readonly string[], faults: Faults): SshKey[] => {
  const keys = new Map<string, SshKey>()
  for (const [at, line] of lines.entries()) {
    const key = readKey(line)
    if (typeof key === 'string') faults.add([...path, 'keys', at], key)
    else keys.set(key.fingerprint, key)
  }
  return [...keys.values()]
}
