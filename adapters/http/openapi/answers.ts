import type { Given, Route } from '../route.ts'
import { REFUSALS } from '../status.ts'
import { lifted, type Schema } from './schemas.ts'

const PROBLEM_TYPE = 'application/problem+json'

/** Problem details, as every error is told. */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', pattern: '^urn:duffy:' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What to do about it.' },
    refusal: { enum: Object.keys(REFUSALS), description: 'Which rule says no; not there for other errors.' },
    data: { type: 'object', description: 'What the refusal is about.' },
    reference: { type: 'string', description: 'What to ask why it was refused by, for a day: duffy why X7Q2KM.' },
    instance: { type: 'string', format: 'uri-reference', description: 'Where it is told why it was refused.' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, detail: { type: 'string' } } },
    },
    ref: { type: 'string', description: "Where to look in Duffy's log." },
  },
}

/** What else than a refusal an error of each status is. */
const OTHERWISE: Readonly<Record<number, string>> = {
  400: 'The body is not JSON, or the address is not well-formed',
  401: 'No valid API key',
  403: 'Not yours to do',
  404: 'Not found',
  409: 'Not as things stand',
  410: 'Too long ago',
  413: 'The body is too large',
  415: 'The body is not JSON by its type',
  422: 'Not understood',
  429: 'Too many requests',
  500: 'Fault on our side',
  503: 'Not ready, or busy',
}

const titlesOf = (status: number): string =>
  Object.values(REFUSALS)
    .flatMap((refusal) => (refusal.status === status ? [refusal.title] : []))
    .join('; ')

const HASTE = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds after which to try again.' } }

/** One response for each status of an error. */
export const PROBLEMS: Readonly<Record<string, object>> = Object.fromEntries(
  Object.entries(OTHERWISE).map(([status, otherwise]) => {
    const titles = titlesOf(Number(status))
    const response = {
      description: titles === '' ? `${otherwise}.` : `${otherwise}. Refusals: ${titles}.`,
      ...(['429', '503'].includes(status) && { headers: HASTE }),
      content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    }
    return [`Problem${status}`, response]
  }),
)

/** All that a route may answer. */
export function answersOf(route: Route, schemas: Record<string, Schema>): Readonly<Record<string, object>> {
  const { gives = { 200: null } } = route
  const good = Object.entries<Given | null>(gives).map(
    ([status, shape]) => [status, { description: MEANINGS[status]!, content: contentOf(shape, schemas) }] as const,
  )
  const bad = errorsOf(route).map(
    (status) => [String(status), { $ref: `#/components/responses/Problem${status}` }] as const,
  )
  return Object.fromEntries([...good, ...bad])
}

const MEANINGS: Readonly<Record<string, string>> = {
  200: 'Done, or found.',
  201: 'Made; "Location" says where it is.',
  202: 'On its way; "Location" says where to look.',
}

const contentOf = (shape: Given | null, schemas: Record<string, Schema>): object => {
  if (shape === 'bytes') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
  if (shape === 'text' || shape === 'html')
    return { [shape === 'text' ? 'text/plain' : 'text/html']: { schema: { type: 'string' } } }
  if (shape !== null && 'stream' in shape)
    return { 'text/event-stream': { schema: { type: 'string' }, 'x-event-data': lifted(shape.stream, schemas) } }
  return { 'application/json': { schema: shape === null ? { type: 'object' } : lifted(shape, schemas) } }
}

const isStream = (shape: Given): boolean => typeof shape === 'object' && 'stream' in shape

/** Anybody can be too fast; who needs a key can lack it; what is read can be misread; what is done can be refused. */
const errorsOf = ({ who, method, path, body, query, gives = {} }: Route): readonly number[] => [
  ...(who === 'anyone' ? [] : [401, 403]),
  ...(path.includes(':') ? [404] : []),
  ...(who === 'anyone' || method === 'GET' ? [] : [409]),
  ...(Object.values(gives).some(isStream) ? [410] : []),
  ...(body === undefined ? [] : [400, 413, 415]),
  ...(who === 'anyone' || (method === 'GET' && query === undefined) ? [] : [422]),
  429,
  500,
  503,
]
