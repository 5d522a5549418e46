import type { MachineName, PlatformName, PoolName, TenantName } from './id.ts'
import type { Limits } from './limits.ts'
import type { OperatorPlace } from './operators.ts'
import type { Platform, Pool } from './pool.ts'
import type { JsonObject } from './run.ts'
import type { SshKey } from './ssh-key.ts'
import type { TenantTerms } from './tenant.ts'

/** What a site's config says, complete: every default filled in, every elastic machine spelled out. */
export interface Site {
  readonly digest: string
  readonly limits: Limits
  /** Where operators are obeyed as such; elsewhere they are to use an operator's key: `irc:<network>:<#channel>`, `slack:<channel id>`. */
  readonly controlRooms: readonly string[]
  /** Where operators are told things; not given: nowhere. */
  readonly operators?: readonly OperatorPlace[]
  readonly platforms: readonly Platform[]
  readonly pools: readonly Pool[]
  readonly machines: readonly SiteMachine[]
  readonly tenants: readonly SiteTenant[]
}

export interface SiteMachine {
  readonly name: MachineName
  readonly pool: PoolName
  readonly platform: PlatformName
  readonly chassis: string | null
  readonly labels: readonly string[]
  readonly variables: JsonObject
}

export interface SiteTenant extends TenantTerms {
  readonly name: TenantName
  readonly members: readonly string[]
  readonly keys: readonly SshKey[]
}
