import type { Fleet } from '../fleet.ts'
import { firstOf } from '../indexes.ts'
import type { MachineType } from '../machine.ts'
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

/** What a request wants machines from: a pool, or all pools of a type. */
export const wantedFrom = ({ demand }: Pick<MachineRequest, 'demand'>): string =>
  demand.pool === null ? `type ${demand.type}` : `pool ${demand.pool}`

/** Those who wait for machines of a type, in the order in which they are served; the first `most` of them. */
export const orderOfService = (fleet: Fleet, type: MachineType, most: number): readonly Waiting[] => [
  ...firstOf(fleet.waiting.of(type), most),
]
