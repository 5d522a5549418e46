import type { Fleet } from '../fleet.ts'
import type { PoolName } from '../id.ts'
import type { Refusal } from '../refusal.ts'
import { nearest } from '../suggest.ts'

/** There is no pool of that name; these are there. */
export const noSuchPool = (fleet: Fleet, asked: string): Refusal => {
  const pools = [...fleet.pools.values()]
  const suggestion = nearest(
    asked,
    pools.map((pool): PoolName => pool.name),
  )
  const choices = pools.map((pool) => ({
    pool: pool.name,
    type: pool.type,
    ready: fleet.statuses.of(`${pool.name}/ready`),
    waiting: fleet.waiting.size(pool.type),
  }))
  return { type: 'noSuchPool', asked, suggestion, pools: choices }
}
