import type { Instant, PoolName, TenantName } from '../id.ts'
import type { Demand, Priority } from '../request.ts'
import type { Step } from '../run.ts'
import type { Chance } from './chance.ts'

/** What its owner does with a request, whatever Duffy does. */
export interface Use {
  /** How long the machines are used before they are given back; null: until the lease ends by itself. */
  readonly usedMs: number | null
  /** For how long its owner waits in line before they cancel; null: as long as it takes. */
  readonly patienceMs: number | null
  /** What they do meanwhile. Default: nothing. */
  readonly acts?: readonly Act[]
}

/** What a holder does with a lease while it lasts. */
export interface Act {
  /** How long after they could log in. */
  readonly afterMs: number
  readonly act:
    | { readonly do: 'extend'; readonly byMs: number }
    /** To so long from then. */
    | { readonly do: 'shorten'; readonly toMs: number }
    | { readonly do: 'hold'; readonly forMs: number }
    /** One machine of several. */
    | { readonly do: 'giveBack' }
}

/** Somebody will ask for machines. */
export interface LoadRequest extends Use {
  readonly at: Instant
  readonly tenant: TenantName
  readonly demand: Omit<Demand, 'pool'> & { readonly pool: PoolName | null }
  readonly durationMs: number
  /** Default: 0. */
  readonly priority?: Priority
}

/** How long a step takes on a machine of a pool, and whether it succeeds. */
export type StepModel = (pool: PoolName, step: Step, chance: Chance) => { readonly ms: number; readonly ok: boolean }
