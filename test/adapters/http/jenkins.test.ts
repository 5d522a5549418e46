import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JENKINS_SECRET, serve, type CallOptions, type Served } from './fake.ts'

const BUILD = 'https://jenkins.example.org/job/ceph/41/'
const HOOK = '/webhooks/jenkins'
const TOKEN = `${HOOK}?token=${encodeURIComponent(JENKINS_SECRET)}`

let served: Served
beforeEach(async () => {
  served = await serve()
})
afterEach(() => served[Symbol.asyncDispose]())

const ask = (body: object, options: CallOptions = {}) => served.call('POST', HOOK, { ...options, body })
const byToken = (body: object, path = TOKEN) => served.call('POST', path, { as: null, body })
const notice = (phase: string, status: string | null = null, full_url = BUILD) => ({
  name: 'ceph',
  url: 'job/ceph/',
  build: { full_url, number: 41, phase, status, url: 'job/ceph/41/', scm: {}, parameters: { BRANCH: 'main' } },
})
const leases = async (as: 'alice' | 'bob' = 'alice') =>
  (await served.call('GET', '/api/v2/leases', { as })).body.leases.map(({ id }: { id: string }) => id)

describe('a request of a build', () => {
  test('gets machines that are bound to it', async () => {
    const { status, body } = await ask({ type: 'metal', build: BUILD, onFailure: 'hold' })
    expect([status, body.lease.build]).toEqual([202, { url: BUILD, onFailure: 'hold' }])
  })

  test('names paths that are collected when it ends', async () => {
    const { body } = await ask({ type: 'vm', build: BUILD, collect: ['/var/log/*.log', '/tmp/core/'] })
    expect(body.lease.collect).toEqual(['/var/log/*.log', '/tmp/core'])
    await byToken(notice('COMPLETED', 'FAILURE'))
    const listed = await served.call('GET', `/api/v2/leases/${body.lease.id}/artifacts`)
    expect(listed.body).toMatchObject({ lasts: false, collecting: ['any-1'] })
  })

  test('sent again gets the same lease, though it was answered already', async () => {
    const first = await ask({ type: 'metal', build: BUILD })
    served.duffy.work()
    const again = await ask({ type: 'metal', build: BUILD })
    expect([again.status, again.body.lease.id]).toEqual([201, first.body.lease.id])
    expect(await leases()).toHaveLength(1)
  })

  test('is known by the build however its address is spelt', async () => {
    const first = await ask({ type: 'metal', build: BUILD })
    const again = await ask({ type: 'metal', build: 'https://JENKINS.example.org:443/job/ceph/41' })
    expect(again.body.lease.id).toBe(first.body.lease.id)
  })

  test('with another body is refused, and says so', async () => {
    await ask({ type: 'metal', build: BUILD })
    const { status, body } = await ask({ type: 'metal', count: 2, build: BUILD })
    expect([status, body.refusal]).toEqual([409, 'idUsedBefore'])
    expect(body.detail).toContain(`${BUILD}#metal`)
    expect(`${body.title} ${body.detail}`).toMatch(/^Name used before .*give this request a "name" of its own\.$/)
    expect(body.detail).not.toContain('Idempotency-Key')
  })

  test('may ask for metal and a virtual machine, and for two of a kind by name', async () => {
    await ask({ type: 'metal', build: BUILD })
    await ask({ type: 'vm', build: BUILD })
    await ask({ type: 'metal', build: BUILD, name: 'client' })
    expect(await leases()).toHaveLength(3)
  })

  test('by the secret of a Jenkins is for the tenant that has it as a member', async () => {
    const member = { do: 'addMember', tenant: 'alice', member: 'jenkins:main', admin: false } as const
    const { identity } = { identity: `key:${served.duffy.keys.operator.split('_')[1]}` }
    const added = await served.call('POST', '/api/v2/verbs/members-add', {
      as: 'operator',
      body: { member: member.member, tenant: member.tenant },
    })
    expect([added.status, identity.startsWith('key:')]).toEqual([200, true])
    const { status, body } = await byToken({ type: 'metal', build: BUILD })
    expect([status, body.lease.tenant]).toEqual([202, 'alice'])
  })

  test('by the secret of a Jenkins that nobody has as a member is refused with what to do', async () => {
    const { status, body } = await byToken({ type: 'metal', build: BUILD })
    expect([status, body.refusal]).toEqual([403, 'stranger'])
    expect(body.detail).toContain('jenkins:main')
  })

  test.each([
    [{ type: 'metal' }, 422, 'BUILD_URL'],
    [{ type: 'metal', build: 'job/ceph/41' }, 422, 'BUILD_URL'],
    [{ type: 'metal', build: BUILD, name: '' }, 422, '"name"'],
    [{ type: 'metal', build: BUILD, name: 7 }, 422, '"name"'],
    [{ type: 'metal', build: BUILD, nonsense: 1 }, 422, 'nonsense'],
    [{ type: 'metal', build: BUILD, onFailure: 'keep' }, 422, 'hold'],
    [{ build: BUILD }, 422, '"type"'],
    [{ type: 'metal', build: 'https://evil.example.org/job/ceph/41/' }, 422, 'https://jenkins.example.org/'],
  ])('%j is answered %i, and told %s', async (body, status, words) => {
    const answer = await ask(body)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(words)])
    expect(await leases()).toEqual([])
  })

  test('waits on when its connection closes, since it asks again', async () => {
    await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm' } })
    const body = { type: 'vm', build: BUILD }
    const left = new AbortController()
    const open = served.call('POST', `${HOOK}?wait=60s`, { body, signal: left.signal })
    while (served.duffy.fleet.requests.size === 0) await new Promise((done) => setTimeout(done, 5))
    while (served.door.waiting() === 0) await new Promise((done) => setTimeout(done, 5))
    left.abort()
    await expect(open).rejects.toThrow(/abort/i)
    while (served.door.waiting() > 0) await new Promise((done) => setTimeout(done, 5))
    expect((await ask(body)).body.request).toMatchObject({ state: 'waiting', build: { url: BUILD, onFailure: 'done' } })
  })
})

describe('an agent', () => {
  test('is of the Jenkins whose build asks', async () => {
    const { status, body } = await ask({ type: 'metal', build: BUILD, agent: 'inbound' })
    expect([status, body.lease.agent]).toEqual([202, { launch: 'inbound', jenkins: 'main' }])
    const [{ name }] = body.lease.machines
    expect(body.lease.machines[0].agent).toEqual({ node: `duffy-${body.lease.id}-${name}`, problem: null })
  })

  test('is kept with a request that waits', async () => {
    await served.call('POST', '/api/v2/requests', { as: 'bob', body: { type: 'vm' } })
    const { body } = await ask({ type: 'vm', build: BUILD, agent: 'inbound' })
    expect(body.request).toMatchObject({ state: 'waiting', agent: { launch: 'inbound', jenkins: 'main' } })
  })

  test('that nobody has is refused with what to do, and nothing is taken', async () => {
    const { status, body } = await ask({ type: 'metal', build: BUILD, agent: 'ssh' })
    expect([status, body.type]).toEqual([422, 'urn:duffy:noAgents'])
    expect(body.detail).toContain('No Jenkins has ssh agents here.')
    expect(await leases()).toEqual([])
  })

  test('of another kind is refused, and so is a dry run of it', async () => {
    expect((await ask({ type: 'metal', build: BUILD, agent: 'outbound' })).status).toBe(422)
    const body = { type: 'metal', agent: 'ssh', dryRun: true }
    expect((await served.call('POST', '/api/v2/requests', { body })).body.type).toBe('urn:duffy:noAgents')
  })
})

describe('get over HTTP', () => {
  test('takes a build too', async () => {
    const body = { type: 'metal', build: BUILD }
    expect((await served.call('POST', '/api/v2/requests', { body })).body.lease.build).toEqual({
      url: BUILD,
      onFailure: 'done',
    })
  })

  test('refuses a build of a Jenkins that is not in the config, and nothing is taken', async () => {
    const body = { type: 'metal', build: 'https://evil.example.org/job/a/1/' }
    const { status, body: told } = await served.call('POST', '/api/v2/requests', { body })
    expect([status, told.type]).toEqual([422, 'urn:duffy:unknownJenkins'])
    expect(await leases()).toEqual([])
  })

  test('says in why with which build a lease ends', async () => {
    const { body } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal', build: BUILD } })
    const why = await served.call('GET', `/api/v2/leases/${body.lease.id}/why`)
    expect(why.body.detail).toContain(`It ends with ${BUILD}.`)
  })
})

describe('a notice', () => {
  test.each([
    ['COMPLETED', 'SUCCESS', 'buildOver'],
    ['FINALIZED', 'FAILURE', 'buildFailed'],
    ['COMPLETED', 'ABORTED', 'buildAborted'],
    ['FINALIZED', null, 'buildOver'],
  ])('of %s with %s brings the machines back', async (phase, result, end) => {
    const { body } = await ask({ type: 'metal', build: BUILD })
    served.duffy.work()
    const told = await byToken(notice(phase, result))
    expect([told.status, told.body]).toMatchObject([200, { outcome: 'buildEnded', end, leases: [body.lease.id] }])
    expect(await leases()).toEqual([])
    const { lease } = (await served.call('GET', `/api/v2/leases/${body.lease.id}`)).body
    expect(lease).toMatchObject({ state: 'ended', ending: end })
  })

  test.each(['QUEUED', 'STARTED', 'ANYTHING'])('of %s changes nothing', async (phase) => {
    await ask({ type: 'metal', build: BUILD })
    const { status, body } = await byToken(notice(phase, 'FAILURE'))
    expect([status, body.detail]).toEqual([200, expect.stringContaining('COMPLETED')])
    expect(await leases()).toHaveLength(1)
  })

  test('that comes twice is answered twice', async () => {
    await ask({ type: 'metal', build: BUILD })
    await byToken(notice('COMPLETED', 'SUCCESS'))
    const { status, body } = await byToken(notice('FINALIZED', 'SUCCESS'))
    expect([status, body.leases]).toEqual([200, []])
  })

  test('of a failure keeps the machines if the build asked for it', async () => {
    const { body } = await ask({ type: 'metal', build: BUILD, onFailure: 'hold' })
    served.duffy.work()
    const told = await byToken(notice('COMPLETED', 'FAILURE'))
    expect(told.body.held).toEqual([body.lease.id])
    expect(told.body.detail).toContain('kept for debugging')
    expect(await leases()).toHaveLength(1)
  })

  test('by an API key ends what is of its own tenant alone', async () => {
    await ask({ type: 'metal', build: BUILD })
    await ask({ type: 'metal', build: BUILD }, { as: 'bob' })
    await ask(notice('COMPLETED'), { as: 'bob' })
    expect([await leases('alice'), await leases('bob')]).toMatchObject([[expect.any(String)], []])
  })

  test('by the secret of one Jenkins ends no build of another', async () => {
    const other = 'https://other.example.org/job/ceph/41/'
    await ask({ type: 'metal', build: other })
    const { status, body } = await byToken(notice('COMPLETED', null, other))
    expect([status, body.detail]).toEqual([403, expect.stringContaining('https://jenkins.example.org/')])
    expect(await leases()).toHaveLength(1)
  })

  test.each([
    [{ build: {} }, 'full_url'],
    [{ build: { full_url: 'job/ceph/41/', phase: 'COMPLETED' } }, 'address of a build'],
    [{ build: { full_url: 'https://evil.example.org/job/a/1/', phase: 'COMPLETED' } }, 'of none that this Duffy knows'],
  ])('%j is answered with what is wrong', async (body, words) => {
    const told = await byToken(body)
    expect([told.status, told.body.detail]).toEqual([422, expect.stringContaining(words)])
  })
})

describe('the secret of a Jenkins', () => {
  test.each(['', 'wrong', 'x'.repeat(1000)])('%j lets nobody in', async (token) => {
    const { status, body } = await byToken(notice('COMPLETED'), `${HOOK}?token=${token}`)
    expect([status, body.detail]).toEqual([401, expect.stringContaining('"secret" of no Jenkins')])
    if (token !== '') expect(JSON.stringify(body)).not.toContain(token)
  })

  test('is not spoken of to who sends neither it nor a key', async () => {
    const { status, body } = await byToken(notice('COMPLETED'), HOOK)
    expect([status, body.type]).toEqual([401, 'urn:duffy:noKey'])
  })

  test('opens no other address', async () => {
    const { status } = await served.call('GET', `/api/v2/leases?token=${encodeURIComponent(JENKINS_SECRET)}`, {
      as: null,
    })
    expect(status).toBe(401)
  })

  test('stands in no log, whatever goes wrong', async () => {
    served.duffy.trouble = new Error('the disk is full')
    const { status } = await byToken(notice('COMPLETED'))
    expect(status).toBe(500)
    expect(served.duffy.logged.length).toBeGreaterThan(0)
    expect(JSON.stringify(served.duffy.logged)).not.toContain(JENKINS_SECRET)
    expect(JSON.stringify(served.duffy.logged)).not.toContain(encodeURIComponent(JENKINS_SECRET))
  })
})
