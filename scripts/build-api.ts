/**
 * `npm run build:api`: the types of the native HTTP API, in `dist/api` or the folder that is named, generated from the OpenAPI document that the server gives. `Api` has
 * an entry for each operation: `Api['POST /api/v2/requests']['answers']['201']`. Nothing in it runs.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compile } from 'json-schema-to-typescript'
import { documentOf, type Operation } from '../adapters/http/openapi/document.ts'
import { ROUTES } from '../adapters/http/routes/index.ts'

type Schema = Readonly<Record<string, unknown>>
interface Media {
  readonly schema: Schema
}

const DOCUMENT = documentOf(ROUTES)
const built = resolve(process.argv[2] ?? join(import.meta.dirname, '../dist/api'))
rmSync(built, { recursive: true, force: true })
mkdirSync(built, { recursive: true })
writeFileSync(join(built, 'index.d.ts'), await typesOf())

async function typesOf(): Promise<string> {
  const operations = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  )
  const api = {
    ...record(Object.fromEntries(operations.map(([name, operation]) => [name, operationOf(operation)]))),
    description: 'What each operation of the native API takes and answers.',
    components: DOCUMENT.components,
  }
  return compile(api, 'Api', {
    bannerComment: '/** Generated from the OpenAPI document of Duffy. */',
    additionalProperties: false,
    // As tuples of every length they would fill pages, and no compiler could tell one from the next.
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  })
}

function operationOf({ summary, parameters, requestBody, responses }: Operation): Schema {
  const query = parameters.filter(({ in: where }) => where === 'query')
  const asked = query.map(({ name, schema, description }) => [name, { ...schema, description }] as const)
  const body = requestBody?.content['application/json']?.schema
  const parts = {
    ...(query.length > 0 && { query: record(Object.fromEntries(asked), requiredOf(query)) }),
    ...(body !== undefined && { body }),
    answers: record(Object.fromEntries(Object.entries(responses).map(([status, one]) => [status, answerOf(one)]))),
  }
  const optional = requestBody?.required === true ? ['query'] : ['query', 'body']
  return {
    ...record(
      parts,
      Object.keys(parts).filter((name) => !optional.includes(name)),
    ),
    description: summary,
  }
}

/** What comes with a status: nothing that JSON could say, where the document names no schema. */
function answerOf(response: object): Schema {
  const { $ref, content } = response as {
    readonly $ref?: string
    readonly content?: Readonly<Record<string, Media>>
  }
  if ($ref !== undefined) return { $ref: '#/components/schemas/Problem' }
  return Object.values(content ?? {})[0]?.schema ?? {}
}

function requiredOf(parameters: Operation['parameters']): readonly string[] {
  return parameters.filter(({ required }) => required).map(({ name }) => name)
}

function record(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = Object.keys(properties),
): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}
