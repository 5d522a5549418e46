import { VERBS } from '#core'
import { ok, type OpenRoute, type Route } from '../route.ts'
import { about } from './about.ts'
import { health } from './health.ts'
import { imports } from './import.ts'
import { leases } from './leases.ts'
import { machines } from './machines.ts'
import { maintenance } from './maintenance.ts'
import { requests } from './requests.ts'
import { reservations } from './reservations.ts'
import { runs } from './runs.ts'
import { site } from './site.ts'
import { tenants } from './tenants.ts'
import { verbs } from './verbs.ts'

const help: OpenRoute = {
  method: 'GET',
  path: '/api/v2/help',
  who: 'anyone',
  summary: 'this list',
  answer: async () =>
    ok({
      routes: ROUTES.map(({ method, path, who, summary }) => ({ method, path, who, summary })),
      verbs: VERBS.map(({ name, summary, examples }) => ({ name, summary, examples })),
    }),
}

/** Every address of the native API. */
export const ROUTES: readonly Route[] = [
  ...health,
  help,
  ...requests,
  ...reservations,
  ...leases,
  ...machines,
  ...maintenance,
  ...runs,
  ...tenants,
  ...imports,
  ...site,
  ...about,
  ...verbs,
]
