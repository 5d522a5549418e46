import { createHash } from 'node:crypto'
import { html, styleOf, type Html } from '../html.ts'
import type { Answer } from '../route.ts'
import type { Document, Operation, Parameter } from './document.ts'
import type { Schema } from './schemas.ts'
import { STYLE } from './style.ts'

/** The document as a page to read: no scripts, and nothing that the browser is to fetch. */
export function pageOf(document: Document): Answer {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The API of Duffy</title>
        ${styleOf(STYLE)}
      </head>
      <body>
        <header>
          <h1>The API of Duffy</h1>
          <p>${document.info.description}</p>
          <p>For programs: <a href="/api/v2/openapi.json">openapi.json</a> (OpenAPI ${document.openapi})</p>
          <nav>${sections(document).map(([tag]) => html`<a href="#${tag}">${tag}</a> `)}</nav>
        </header>
        <main>${sections(document).map(sectionOf)}</main>
      </body>
    </html>`
  return { status: 200, body: page.text, headers: HEADERS }
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
}

interface Entry {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}
type Section = readonly [tag: string, entries: readonly Entry[]]

const sections = ({ paths }: Document): readonly Section[] => {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  return [...Map.groupBy(entries, ({ operation }) => operation.tags[0]!)]
}

const sectionOf = ([tag, entries]: Section): Html =>
  html`<section>
    <h2 id="${tag}">${tag}</h2>
    ${entries.map(entryOf)}
  </section>`

const entryOf = ({ method, path, operation }: Entry): Html =>
  html`<article id="${operation.operationId}">
    <h3>
      <code class="${method}">${method.toUpperCase()}</code> <code>${path}</code> <small>${operation['x-role']}</small>
    </h3>
    <p>${operation.summary}</p>
    ${fieldsOf(operation)} ${exampleOf(operation)}
    <p class="answers">${Object.keys(operation.responses).join(' ')}</p>
  </article>`

const fieldsOf = ({ parameters, requestBody }: Operation): Html => {
  const rows = [...parameters.filter((one) => one.in !== 'header').map(parameterRow), ...bodyRows(requestBody)]
  return rows.length === 0
    ? html``
    : html`<table>
        ${rows}
      </table>`
}

const parameterRow = ({ name, in: where, required, schema }: Parameter): Html =>
  row({ name, where, type: typeOf(schema), summary: textOf(schema['description']), required })

const bodyRows = (body: Operation['requestBody']): Html[] => {
  const schema = body?.content['application/json']?.schema ?? {}
  const needed = (schema['required'] ?? []) as readonly string[]
  return Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>).map(([name, field]) =>
    row({
      name,
      where: 'body',
      type: typeOf(field),
      summary: textOf(field['description']),
      required: needed.includes(name),
    }),
  )
}

interface Row {
  readonly name: string
  readonly where: string
  readonly type: string
  readonly summary: string
  readonly required: boolean
}

const row = ({ name, where, type, summary, required }: Row): Html =>
  html`<tr>
    <td><code>${name}</code>${required ? ' needed' : ''}</td>
    <td>${where}</td>
    <td>${type}</td>
    <td>${summary}</td>
  </tr>`

const typeOf = (schema: Schema): string => {
  const choices = schema['enum'] as readonly string[] | undefined
  if (choices !== undefined) return choices.join(' | ')
  const items = schema['items'] as Schema | undefined
  return items === undefined ? textOf(schema['type'] ?? 'any') : `list of ${typeOf(items)}`
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const exampleOf = ({ requestBody }: Operation): Html => {
  const example = requestBody?.content['application/json']?.example
  return example === undefined ? html`` : html`<pre>${JSON.stringify(example, null, 2)}</pre>`
}
