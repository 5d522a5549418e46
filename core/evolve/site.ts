import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import type { OperatorNews, OperatorPlace } from '../operators.ts'
import { patchLease } from './lease.ts'
import { patchTenant } from './tenant.ts'

type SiteEvent = Extract<
  Event,
  {
    type:
      | 'siteConfigured'
      | 'operatorsTold'
      | 'poolConfigured'
      | 'platformConfigured'
      | 'tenantAdded'
      | 'tenantConfigured'
      | 'homeChosen'
      | 'homeMoved'
      | 'apiKeyAdded'
      | 'apiKeyRevoked'
  }
>

export const evolveSite = (fleet: Fleet, event: SiteEvent, at: Instant): void => {
  switch (event.type) {
    case 'siteConfigured':
      fleet.site.put('site', {
        digest: event.digest,
        limits: event.limits,
        controlRooms: event.controlRooms,
        operators: newsFor(event.operators ?? [], fleet.site.get('site')?.operators ?? null, at),
      })
      // Warnings may be due at other times now.
      for (const { id } of [...fleet.leases.values()]) patchLease(fleet, id, () => ({}))
      return
    case 'operatorsTold': {
      const { upTo, empty } = event
      const { operators, ...site } = fleet.site.need('site')
      return fleet.site.put('site', {
        ...site,
        operators: operators === null ? null : { ...operators, toldAt: at, upTo, empty },
      })
    }
    case 'poolConfigured':
      // What was not counted meanwhile would look as if nobody had come.
      if (typeof event.pool.ready === 'number' && fleet.demand.has(event.pool.name))
        fleet.demand.remove(event.pool.name)
      return fleet.pools.put(event.pool.name, event.pool)
    case 'platformConfigured':
      return fleet.platforms.put(event.platform.name, event.platform)
    case 'tenantAdded': {
      const { type: _, tenant: name, number, defaultMs = null, ...settings } = event
      fleet.counters.put('tenant', number)
      return fleet.tenants.put(name, {
        name,
        number,
        ...settings,
        defaultMs,
        addedAt: at,
        retiredAt: null,
        homes: {},
        held: 0,
        habit: [],
      })
    }
    case 'tenantConfigured': {
      const { type: _, tenant: name, defaultMs = null, ...settings } = event
      const { retiredAt } = fleet.tenants.need(name)
      return patchTenant(fleet, name, {
        ...settings,
        defaultMs,
        retiredAt: settings.active ? null : (retiredAt ?? at),
      })
    }
    case 'homeChosen':
    case 'homeMoved': {
      const { homes } = fleet.tenants.need(event.tenant)
      return patchTenant(fleet, event.tenant, { homes: { ...homes, [event.machineType]: event.platform } })
    }
    case 'apiKeyAdded':
      return fleet.apiKeys.put(event.apiKey.id, event.apiKey)
    case 'apiKeyRevoked':
      return fleet.apiKeys.remove(event.apiKey)
  }
}

/** What came about before anybody was to be told is no news. */
const newsFor = (places: readonly OperatorPlace[], before: OperatorNews | null, at: Instant): OperatorNews | null => {
  if (places.length === 0) return null
  return { ...(before ?? { toldAt: 0 as Instant, upTo: (at - 1) as Instant, empty: [] }), places }
}
