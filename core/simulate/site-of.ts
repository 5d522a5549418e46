import type { Site } from '../site.ts'
import type { Fleet } from '../fleet.ts'
import { inService } from '../machine.ts'

/** The site that a fleet was made by, as far as it still stands: with tenants that people made, and machines that are not to go. */
export const siteOf = (fleet: Fleet): Site => ({
  digest: fleet.site.get('site')?.digest ?? '',
  limits: fleet.limits,
  controlRooms: fleet.controlRooms,
  platforms: [...fleet.platforms.values()],
  pools: [...fleet.pools.values()].filter(({ configured }) => configured),
  machines: [...fleet.machines.values()]
    .filter(inService)
    .map(({ name, pool, platform, chassis, labels, variables }) => ({
      name,
      pool,
      platform,
      chassis,
      labels,
      variables,
    })),
  tenants: Array.from(
    fleet.tenants.values(),
    ({ name, quota, weight, priority, defaultMs, longestMs, holds, holdMs, members, keys }) => ({
      name,
      quota,
      weight,
      priority,
      defaultMs,
      longestMs,
      holds,
      holdMs,
      members,
      // Nobody logs in to a simulated machine.
      keys: keys.map((fingerprint) => ({ fingerprint, line: '' })),
    }),
  ),
})
