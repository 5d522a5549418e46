import type { Demand, MachineRequest } from '../request.ts'

/** A request that waits: the only kind the fleet holds. */
export type Waiting = MachineRequest

/**
 * The line that a request stands in. All in one line want the same, for as long and with the same priority, for the same
 * tenant: so if its first cannot be served, none can, and a decision looks at one request a line.
 */
export const queueOf = ({ tenant, demand, durationMs, priority }: MachineRequest): string =>
  `${tenant} ${wantOf(demand, durationMs)} ${priority}`

/** What a line wants: lines of tenants with one home that want the same are served from the same machines. */
export const wantOf = (demand: Demand, durationMs: number): string => `${kindOf(demand)} ${demand.count} ${durationMs}`

/** What machines are wanted, however many and for however long. */
export const kindOf = ({ type, pool, arch, labels, platform }: Demand): string =>
  `${type} ${pool ?? ''} ${arch ?? ''} ${labels.join(',')} ${platform}`

/** What a request wants machines from: a pool, or all pools of a type. */
export const wantedFrom = ({ demand }: Pick<MachineRequest, 'demand'>): string =>
  demand.pool === null ? `type ${demand.type}` : `pool ${demand.pool}`
