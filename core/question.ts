import type { Command } from './command.ts'
import type { TenantName } from './id.ts'

/** Commands that can be tried. */
export type Previewed = Extract<Command, { readonly do: 'get' | 'reserve' }>

/** What can be asked without changing anything. */
export type Question =
  | { readonly ask: 'list'; readonly scope: 'mine' | 'all' }
  /** `all`: with every machine that the decision looked at, as far as the door can show so many. */
  | { readonly ask: 'why'; readonly about: string; readonly all?: boolean }
  /** What a `get` or a `reserve` would come to. */
  | { readonly ask: 'preview'; readonly command: Previewed }
  | { readonly ask: 'status'; readonly pool: string | null }
  | { readonly ask: 'pools' }
  | { readonly ask: 'wear' }
  /** `type`: a type of machine, or a pool; null: everybody who waits. */
  | { readonly ask: 'queue'; readonly type: string | null }
  | { readonly ask: 'estimates' }
  | { readonly ask: 'reservations' }
  /** What is in maintenance, and what is to be. */
  | { readonly ask: 'maintenance' }
  /** What was collected of a lease. */
  | { readonly ask: 'artifacts'; readonly lease: string }
  | { readonly ask: 'who'; readonly machine: string }
  /** `tenant` null: the asker's. */
  | { readonly ask: 'home'; readonly tenant: string | null }
  | { readonly ask: 'keys' }
  /** `tenant` null: all that the asker may see; of `members` and `apiKeys`, those of the asker's own. */
  | { readonly ask: 'tenants' | 'members' | 'apiKeys'; readonly tenant: TenantName | null }
  | { readonly ask: 'webhooks' }
  | { readonly ask: 'help'; readonly verb: string | null }
  | { readonly ask: 'whoami' }
