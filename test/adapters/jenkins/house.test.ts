import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../../adapters/config/config.ts'
import { runDuffy, type RunningDuffy } from '../../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../../kit/jenkins.ts'
import { until } from '../../kit/until.ts'

const SECRET = 'a secret of twenty characters'
const TOKEN = 'the token of a user of Jenkins'

let stub: StubJenkins
let duffy: RunningDuffy
beforeEach(async () => {
  stub = await stubJenkins()
  const steps = { driver: 'null', steps: [], grace: '0s' } as const
  const machines = [1, 2, 3].map((number) => ({ name: `m${number}`, platform: 'intel' }))
  const config: Config = {
    platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
    pools: { metal: { type: 'metal', ...steps, machines } },
    tenants: {
      local: {
        quota: 3,
        keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'],
        members: ['jenkins:main'],
      },
    },
    jenkins: {
      main: {
        url: stub.url,
        secret: { env: 'JENKINS_SECRET' },
        user: 'duffy',
        token: { env: 'JENKINS_TOKEN' },
        privateAddresses: true,
        askEvery: '1s',
        lostAfter: '3s',
      },
    },
  }
  duffy = await runDuffy({ config, environment: { JENKINS_SECRET: SECRET, JENKINS_TOKEN: TOKEN } })
})
afterEach(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await stub?.[Symbol.asyncDispose]()
})

/** As a build does, with the secret of its Jenkins. */
const post = (body: object) =>
  duffy.api('POST', `/webhooks/jenkins?wait=30s&token=${encodeURIComponent(SECRET)}`, body, {
    headers: { authorization: '' },
  })
const get = async (build: string, more: object = {}): Promise<string> => {
  const { status, body } = await post({ type: 'metal', build, ...more })
  expect([status, body]).toMatchObject([201, { lease: { build: { url: build } } }])
  return body.lease.id
}
const lease = async (id: string) => (await duffy.operate('GET', `/api/v2/leases/${id}`)).body.lease
const ending = async (id: string): Promise<string> => {
  for (;;) {
    const { state, ending: how } = await lease(id)
    if (state === 'ended') return how
    await pause(100)
  }
}
const asked = async (): Promise<void> => {
  while (stub.asked.length < 2) await pause(50)
}

test.each([
  ['SUCCESS', 'buildOver'],
  ['ABORTED', 'buildAborted'],
])('a build that ends with %s, and says nothing itself, gives its machines back', async (result, how) => {
  const build = stub.build('ceph', 41)
  const id = await get(build)
  await asked()
  expect((await lease(id)).state).toBe('active')
  stub.set(build, result)
  expect(await ending(id)).toBe(how)
})

test('a build whose Jenkins disappears gives its machines back', async () => {
  const id = await get(stub.build('ceph', 41))
  await asked()
  await stub.vanish()
  expect(await ending(id)).toBe('buildLost')
})

test('a Jenkins that restarts takes nothing from its builds', async () => {
  const id = await get(stub.build('ceph', 41))
  await asked()
  await stub.vanish()
  await until(() => duffy.log().includes('does not say whether a build runs'))
  await stub.appear()
  // By now it would be lost.
  await pause(4000)
  expect((await lease(id)).state).toBe('active')
})

test('what a build asked for survives a crash of Duffy, and ends with the build', async () => {
  const build = stub.build('ceph', 41)
  const id = await get(build)
  await duffy.kill()
  await duffy.start()
  expect(await get(build)).toBe(id)
  stub.set(build, 'SUCCESS')
  expect(await ending(id)).toBe('buildOver')
})

test('a build that failed keeps its machines if it asked for that', async () => {
  const build = stub.build('ceph', 41)
  const id = await get(build, { onFailure: 'hold' })
  stub.set(build, 'FAILURE')
  while ((await lease(id)).hold == null) await pause(100)
  expect((await lease(id)).state).not.toBe('ended')
})

test('neither secret stands in the log, and only the Jenkins is told its token', async () => {
  const build = stub.build('ceph', 41)
  await get(build)
  await asked()
  stub.answer = (_, response) => void response.writeHead(302, { location: `${stub.url}elsewhere` }).end()
  while (!duffy.log().includes('redirects are not followed')) await pause(50)
  expect(stub.asked.every((line) => line.includes('/api/json') && line.endsWith(btoa(`duffy:${TOKEN}`)))).toBe(true)
  for (const secret of [SECRET, encodeURIComponent(SECRET), TOKEN, btoa(`duffy:${TOKEN}`)])
    expect(duffy.log()).not.toContain(secret)
})
