import type { Fleet } from '#core'
import { badId, forbidden, idOf, notFound, success, type V3Route } from './route.ts'
import { tenantOf } from './shapes.ts'

export const tenants: readonly V3Route[] = [
  {
    method: 'GET',
    path: '/tenants',
    who: 'tenant',
    async answer({ call, settings }, caller) {
      const found = await call.door.ports.lane.read((fleet) => {
        const all = caller!.role === 'operator' ? [...fleet.tenants.values()] : [fleet.tenants.need(caller!.tenant)]
        return all.map((tenant) => tenantOf(fleet, tenant, settings))
      })
      return success('get', { tenants: found })
    },
  },
  {
    method: 'GET',
    path: '/tenants/:id',
    who: 'tenant',
    async answer({ call, settings }, caller) {
      const id = idOf(call)
      if (id === null) return badId()
      return call.door.ports.lane.read((fleet) => {
        const tenant = numbered(fleet, id)
        if (tenant === undefined) return notFound()
        if (tenant.name !== caller!.tenant && caller!.role !== 'operator') return forbidden()
        return success('get', { tenant: tenantOf(fleet, tenant, settings) })
      })
    },
  },
]

const numbered = (fleet: Fleet, id: number) => [...fleet.tenants.values()].find(({ number }) => number === id)
