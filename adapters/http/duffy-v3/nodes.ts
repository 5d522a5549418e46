import type { Fleet, Machine } from '#core'
import type { Caller } from '../api-key.ts'
import { badId, idOf, no, notFound, success, type V3Route } from './route.ts'
import { nodeResult } from './shapes.ts'

/** How a machine is reached is for who may log in to it, and for admins. */
const isShown = (fleet: Fleet, { state }: Machine, caller: Caller | null, isOpen: boolean): boolean => {
  if (isOpen || caller?.role === 'operator') return true
  return caller !== null && state.status === 'leased' && fleet.leases.get(state.lease)?.tenant === caller.tenant
}

export const nodes: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/nodes',
    who: 'optional',
    async answer({ call, settings }, caller) {
      const found = await call.door.ports.lane.read((fleet) =>
        [...fleet.machines.values()]
          .filter(({ state }) => state.status !== 'retired')
          .map((machine) => nodeResult(fleet, machine, isShown(fleet, machine, caller, settings.openLists))),
      )
      return success('get', { nodes: found })
    },
  },
  {
    method: 'GET',
    path: '/nodes/:id',
    who: 'tenant',
    async answer({ call, settings }, caller) {
      const id = idOf(call)
      if (id === null) return badId()
      const found = await call.door.ports.lane.read((fleet) => {
        const machine = [...fleet.machines.values()].find(({ number }) => number === id)
        return machine === undefined
          ? null
          : nodeResult(fleet, machine, isShown(fleet, machine, caller, settings.openLists))
      })
      return found === null ? notFound() : success('get', { node: found })
    },
  },
  {
    method: 'POST',
    path: '/nodes',
    who: 'admin',
    answer: async () =>
      no(
        409,
        "machines come from the site's config: add it to a pool in duffy.config.ts, then run: duffy config apply",
      ),
  },
]
