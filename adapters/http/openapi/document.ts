import { VERBS } from '#core'
import type { Route } from '../route.ts'
import { bodySchema, lifted, querySchemas, verbSchema, type Schema } from './schemas.ts'
import { answersOf, PROBLEMS, PROBLEM_SCHEMA } from './answers.ts'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly object[]
  readonly 'x-role': Route['who']
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, object>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>

export type Paths = Record<string, Record<string, Operation>>

/** The OpenAPI 3.1 document of the routes: made from what they are served by, so that it says nothing that is not so. */
export function documentOf(routes: readonly Route[]) {
  const schemas: Record<string, Schema> = { Problem: PROBLEM_SCHEMA }
  const paths: Paths = {}
  for (const one of routes.flatMap(perVerb)) {
    const path = one.path.replaceAll(/:(\w+)/g, '{$1}')
    const operation = operationOf(one, schemas)
    ;(paths[path] ??= {})[one.method.toLowerCase()] = operation
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Duffy',
      version: '2',
      summary: 'Lends real machines to CI jobs and to the people behind them.',
      description:
        'Send an API key as "Authorization: Bearer dfy_…". Errors are problem details (RFC 9457), and "detail" says what to do. ' +
        'Lengths of time are texts like "90m" or "4h", instants are ISO 8601 in UTC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas,
      responses: PROBLEMS,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of Duffy: dfy_…' },
        jenkins: { type: 'apiKey', in: 'query', name: 'token', description: 'The secret of a Jenkins.' },
      },
    },
  }
}

export type Document = ReturnType<typeof documentOf>

/** The one route of all verbs is an operation for each, with the fields of that verb. */
const perVerb = (route: Route): readonly Route[] =>
  route.path.includes(':verb')
    ? VERBS.map((verb) => ({
        ...route,
        path: route.path.replace(':verb', verb.name.replaceAll(' ', '-')),
        who: verb.who === 'operator' ? 'operator' : route.who,
        summary: verb.summary,
        body: { shape: verbSchema(verb) },
      })).map((one) => one as Route)
    : [route]

const operationOf = (route: Route, schemas: Record<string, Schema>): Operation => {
  const { method, path, summary, who, body } = route
  const isKeyed = who !== 'anyone'
  return {
    operationId: idOf(method, path),
    summary,
    tags: [path.startsWith('/webhooks/') ? 'webhooks' : (path.split('/')[3] ?? 'about')],
    security: isKeyed ? [{ apiKey: [] }, ...('token' in route ? [{ jenkins: [] }] : [])] : [],
    'x-role': who,
    parameters: [...pathParameters(path), ...queryParameters(route), ...(isKeyed ? headersOf(route) : [])],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: lifted(bodySchema(body), schemas),
            ...(body.example !== undefined && { example: body.example }),
          },
        },
      },
    }),
    responses: answersOf(route, schemas),
  }
}

/** `getApiV2LeasesId`: by the address, so that it stays the same whatever else is served. */
const idOf = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')

const LONGEST_PARAMETER = 200

const pathParameters = (path: string): Parameter[] =>
  Array.from(path.matchAll(/:(\w+)/g), ([, name]) => ({
    name: name!,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1, maxLength: LONGEST_PARAMETER },
  }))

const queryParameters = ({ query }: Route): Parameter[] =>
  query === undefined
    ? []
    : querySchemas(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))

/** Commands are repeated safely under one key. */
const headersOf = ({ method, body }: Route): Parameter[] =>
  method === 'GET' || (body !== undefined && 'shape' in body && body.example !== undefined)
    ? []
    : [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'The same again within 24 hours gets the same answer, and does nothing twice.',
          schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
        },
      ]
