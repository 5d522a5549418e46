import type { Demand, MachineRequest } from '../request.ts'

/** A request that waits: the only kind the fleet holds. */
export type Waiting = MachineRequest

/**
 * The line that a request stands in. All in one line want the same for the same tenant, so if its first cannot be served,
 * none can, and a decision looks at one request a line.
 */
export const queueOf = ({ tenant, demand }: MachineRequest): string => `${tenant} ${demandKey(demand)}`

const demandKey = ({ type, pool, arch, labels, count, platform }: Demand): string =>
  `${type} ${pool ?? ''} ${arch ?? ''} ${labels.join(',')} ${count} ${platform}`
