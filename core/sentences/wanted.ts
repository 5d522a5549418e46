import type { Demand } from '../request.ts'

/** `1 metal`, `2 vm of pool rack-7` */
export const wanted = ({ demand }: { readonly demand: Pick<Demand, 'count' | 'type' | 'pool'> }): string =>
  `${demand.count} ${demand.type}${demand.pool === null ? '' : ` of pool ${demand.pool}`}`
