import { VERBS } from '#core'
import { documentOf } from '../openapi/document.ts'
import { pageOf } from '../openapi/page.ts'
import { linkPage } from '../link/page.ts'
import { ok, type OpenRoute, type Route } from '../route.ts'
import { about } from './about.ts'
import { artifacts } from './artifacts.ts'
import { events } from './events.ts'
import { health } from './health.ts'
import { imports } from './import.ts'
import { jenkins } from './jenkins.ts'
import { leases } from './leases.ts'
import { machines } from './machines.ts'
import { maintenance } from './maintenance.ts'
import { requests } from './requests.ts'
import { reservations } from './reservations.ts'
import { runs } from './runs.ts'
import { site } from './site.ts'
import { tenants } from './tenants.ts'
import { verbs } from './verbs.ts'
import { webhooks } from './webhooks.ts'

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

let described: ReturnType<typeof documentOf> | null = null
/** Made once: it says the same as long as the process lives, but for the public address. */
const description = (base: string) => ({ ...(described ??= documentOf(ROUTES)), servers: [{ url: base || '/' }] })

const describing = (path: string): OpenRoute => ({
  method: 'GET',
  path,
  who: 'anyone',
  summary: 'this API as an OpenAPI 3.1 document',
  answer: async ({ door }) => ok(description(door.base)),
})

const docs: OpenRoute = {
  method: 'GET',
  path: '/docs',
  who: 'anyone',
  summary: 'this API as a page to read',
  gives: { 200: 'html' },
  answer: async ({ door }) => pageOf(description(door.base)),
}

const link: OpenRoute = {
  method: 'GET',
  path: '/link',
  who: 'anyone',
  summary: 'a page on which to say, with an API key, the code that "link" told in a chat',
  gives: { 200: 'html' },
  answer: async () => linkPage(),
}

/** Every address of the native API. */
export const ROUTES: readonly Route[] = [
  ...health,
  help,
  describing('/api/v2/openapi.json'),
  describing('/openapi.json'),
  docs,
  link,
  ...requests,
  ...jenkins,
  ...reservations,
  ...leases,
  ...artifacts,
  ...machines,
  ...maintenance,
  ...runs,
  ...tenants,
  ...imports,
  ...site,
  ...about,
  ...events,
  ...webhooks,
  ...verbs,
]
