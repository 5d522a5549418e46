import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { BuildUrl } from '#core'
import { askAfter } from '../../../adapters/jenkins/ask.ts'
import { stubJenkins, type StubJenkins } from '../../kit/jenkins.ts'

let stub: StubJenkins
beforeAll(async () => {
  stub = await stubJenkins()
})
afterAll(() => stub?.[Symbol.asyncDispose]())
beforeEach(() => {
  stub.answer = null
  stub.asked.length = 0
})

const HERE = { credentials: null, ca: null, privateAddresses: true }
const ask = (over: Partial<Parameters<typeof askAfter>[1]> = {}, deadlineMs?: number) =>
  askAfter(build(), { ...HERE, ...over }, deadlineMs)
const build = (): BuildUrl => stub.build('folder/job/ceph', 41) as BuildUrl

test('a build that runs', async () => {
  expect(await ask()).toEqual({ type: 'runs' })
  expect(stub.asked).toEqual(['/job/folder/job/ceph/41/api/json?tree=building,result -'])
})

test.each([
  ['SUCCESS', 'buildOver'],
  ['UNSTABLE', 'buildFailed'],
  ['FAILURE', 'buildFailed'],
  ['ABORTED', 'buildAborted'],
  ['NOT_BUILT', 'buildAborted'],
  ['ANYTHING', 'buildOver'],
])('a build that ended as %s', async (result, end) => {
  const url = build()
  stub.set(url, result)
  expect(await askAfter(url, HERE)).toEqual({ type: 'over', end })
})

test('it is asked with the credentials of the config', async () => {
  await ask({ credentials: { user: 'duffy', token: () => 's3cret' } })
  expect(stub.asked[0]).toContain(`Basic ${btoa('duffy:s3cret')}`)
})

test.each([
  [401, 'silent', 'it wants other credentials'],
  [403, 'silent', 'may not see the build'],
  [404, 'silent', 'there is no such build'],
  [302, 'silent', 'redirects are not followed'],
  [500, 'down', 'it answers 500'],
  [503, 'down', 'it answers 503'],
])('an answer of %i leaves it %s, and says why', async (status, type, why) => {
  stub.answer = (_, response) => void response.writeHead(status, { location: `${stub.url}elsewhere` }).end('{}')
  expect(await ask()).toEqual({ type, why: expect.stringContaining(why) })
})

test('a redirect is not followed, so that credentials reach nobody else', async () => {
  stub.answer = (_, response) => void response.writeHead(302, { location: `${stub.url}elsewhere` }).end()
  await ask({ credentials: { user: 'duffy', token: () => 's3cret' } })
  expect(stub.asked).toHaveLength(1)
})

test.each(['', 'not JSON', '[]', 'null', '{"building":"false"}', '<html>login</html>'])(
  'an answer of %j is not taken for one about a build',
  async (text) => {
    stub.answer = (_, response) => void response.end(text)
    expect(await ask()).toEqual({ type: 'silent', why: 'its answer is not about a build' })
  },
)

test('an answer without end is left', async () => {
  stub.answer = (_, response) => {
    const more = (): void => void response.write('x'.repeat(10_000), (fault) => (fault ? undefined : more()))
    more()
  }
  expect(await ask()).toMatchObject({ type: 'down', why: expect.stringContaining('longer than any') })
})

test('a Jenkins that never answers is waited for so long and no longer', async () => {
  stub.answer = () => {}
  expect(await ask({}, 100)).toEqual({ type: 'down', why: 'no answer within 0.1 s' })
})

test('a Jenkins that is not there is down', async () => {
  const url = build()
  await stub.vanish()
  expect(await askAfter(url, HERE)).toMatchObject({ type: 'down', why: expect.stringContaining('ECONNREFUSED') })
  await stub.appear()
})

test('a private address is not even called, unless the config allows it', async () => {
  expect(await ask({ privateAddresses: false })).toMatchObject({
    type: 'down',
    why: expect.stringContaining('127.0.0.1'),
  })
  const named = build().replace('127.0.0.1', 'localhost') as BuildUrl
  expect(await askAfter(named, { ...HERE, privateAddresses: false })).toMatchObject({
    why: expect.stringContaining('no public address'),
  })
  expect(stub.asked).toEqual([])
})

test('what keeps the secrets of a cloud is never called', async () => {
  const metadata = 'http://169.254.169.254/job/ceph/41/' as BuildUrl
  expect(await askAfter(metadata, HERE)).toMatchObject({ why: expect.stringContaining('169.254.169.254') })
})
