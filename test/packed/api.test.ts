import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../adapters/http/fake.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'duffy-api-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  execFileSync(join(ROOT, 'node_modules/.bin/node'), [join(ROOT, 'scripts/build-api.ts'), join(folder, 'api')])
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'esnext', types: [] }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts'] }))
})

/** What the compiler has to say of a client that uses the types. */
const compile = (client: string): string => {
  writeFileSync(join(folder, 'client.ts'), `import type { Api } from './api/index.d.ts'\n${client}`)
  return spawnSync(join(ROOT, 'node_modules/.bin/tsc'), { cwd: folder, encoding: 'utf8' }).stdout
}

test('real answers are of the types that are generated, with no field more and none less', async () => {
  await using served = await serve()
  const answers: string[] = []
  const call = async (method: string, path: string, { at = path, body, as }: Call = {}) => {
    const got = await served.call(method, at, { ...(body !== undefined && { body }), ...(as && { as }) })
    answers.push(
      `export const a${answers.length}: Api[${JSON.stringify(`${method} ${path}`)}]['answers']['${got.status}'] = ${got.text}`,
    )
    return got
  }
  const request = '/api/v2/requests'
  const { body } = await call('POST', request, { body: { type: 'metal', count: 2 } })
  served.duffy.work()
  await call('POST', request, { body: { type: 'vm' } })
  await call('POST', request, { body: { type: 'vm' } })
  await call('POST', request, { body: { type: 'nonsense' } })
  for (const what of ['leases', 'requests', 'machines', 'pools', 'wear', 'reservations', 'queue'])
    await call('GET', `/api/v2/${what}`)
  const lease = `/api/v2/leases/${body.lease.id}`
  for (const path of ['', '/why']) await call('GET', `/api/v2/leases/{id}${path}`, { at: `${lease}${path}` })
  await call('POST', '/api/v2/leases/{id}/extend', { at: `${lease}/extend`, body: { by: '1h' } })
  await call('POST', '/api/v2/leases/{id}/done', { at: `${lease}/done` })
  await call('GET', '/api/v2/tenants', { as: 'operator' })
  expect(answers.length).toBeGreaterThan(15)
  expect(compile(answers.join('\n'))).toBe('')
  expect(compile(answers[0]!.replace('"until"', '"til"'))).toContain("'until' is missing")
}, 360_000)

interface Call {
  readonly at?: string
  readonly body?: object
  readonly as?: 'operator'
}

test('a client compiles that asks for what there is, and not one that asks for anything else', () => {
  const asking = "export const body: Api['POST /api/v2/requests']['body'] = "
  expect(compile(`${asking} { type: 'metal', count: 2, for: '4h' }`)).toBe('')
  expect(compile(`${asking} { type: 'metal', cuont: 2 }`)).toContain("'cuont'")
  expect(compile(`${asking} { count: 2 }`)).toContain("'type' is missing")
  expect(compile("export type None = Api['POST /api/v2/nothing']")).toContain("'POST /api/v2/nothing'")
}, 360_000)
