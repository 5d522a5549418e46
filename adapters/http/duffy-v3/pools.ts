import type { PoolName } from '#core'
import { notFound, success, type V3Route } from './route.ts'
import { poolOf, poolResult } from './shapes.ts'

export const pools: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/pools',
    who: 'anyone',
    async answer({ call }) {
      const found = await call.door.ports.lane.read((fleet) =>
        [...fleet.pools.values()].filter(({ configured }) => configured).map(poolOf),
      )
      return success('get', { pools: found })
    },
  },
  {
    method: 'GET',
    path: '/pools/:name',
    who: 'anyone',
    async answer({ call }) {
      const asked = call.params['name']!
      const found = await call.door.ports.lane.read((fleet) => {
        const pool = fleet.pools.get(asked as PoolName)
        return pool?.configured === true ? poolResult(fleet, pool) : null
      })
      return found === null ? notFound() : success('get', { pool: found })
    },
  },
]
