import type { Refusal, RefusalType } from '#core'
import { expect, test } from 'vitest'
import { withInstants } from '../../../adapters/http/instants.ts'
import { REFUSALS } from '../../../adapters/http/status.ts'
import { serve } from './fake.ts'

const METAL = 'metal' as never
const HELD = [{ lease: 'L7Q2', machines: ['n1'] }] as never

/** One of each; a refusal that is new does not compile until it stands here. */
const SAMPLES: { readonly [T in RefusalType]: Extract<Refusal, { type: T }> } = {
  stranger: { type: 'stranger', identity: 'key:x' },
  operatorsOnly: { type: 'operatorsOnly' },
  controlRoomOnly: { type: 'controlRoomOnly', rooms: ['irc:libera:#ops'] },
  adminsOnly: { type: 'adminsOnly', tenant: 'qa' as never },
  noSuchTenant: { type: 'noSuchTenant', asked: 'qq', suggestion: 'qa' },
  tenantExists: { type: 'tenantExists', tenant: 'qa' as never },
  tenantRetired: { type: 'tenantRetired', tenant: 'qa' as never },
  badTenantName: { type: 'badTenantName', asked: '-' },
  badUsualLease: {
    type: 'badUsualLease',
    tenant: 'a' as never,
    adding: true,
    asked: 9,
    shortestMs: 1,
    longestMs: 8,
  },
  badMember: { type: 'badMember', asked: 'bob' },
  memberElsewhere: { type: 'memberElsewhere', member: 'irc:net:bob', tenant: 'qa' as never },
  noSuchMember: { type: 'noSuchMember', asked: 'irc:net:bob', tenant: 'qa' as never },
  noSuchApiKey: { type: 'noSuchApiKey', asked: 'x' },
  apiKeyExists: { type: 'apiKeyExists', asked: 'x' },
  noSuchWebhook: { type: 'noSuchWebhook', asked: 'x' },
  webhookExists: { type: 'webhookExists', asked: 'x' },
  lastOperatorKey: { type: 'lastOperatorKey', apiKey: 'x' },
  noSuchType: { type: 'noSuchType', asked: 'meta', suggestion: 'metal', pools: [] },
  noSuchPool: { type: 'noSuchPool', asked: 'meta', suggestion: null, pools: [] },
  noSuchArch: { type: 'noSuchArch', asked: 'arm', known: ['x86_64'] },
  noSuchLabel: { type: 'noSuchLabel', asked: ['gpu'], known: [] },
  neverEnough: { type: 'neverEnough', count: 9, most: 4, machineType: METAL, platform: null, elsewhere: 0, allowed: 8 },
  overQuota: { type: 'overQuota', tenant: 'qa' as never, count: 2, held: 3, quota: 4 },
  tooMany: { type: 'tooMany', limit: 'machinesPerRequest', most: 100 },
  tooLongText: { type: 'tooLongText', field: 'reason', most: 200 },
  badCount: { type: 'badCount', count: 0 },
  cannotCollect: { type: 'cannotCollect', pool: 'metal' as never, instead: [] },
  badPriority: { type: 'badPriority', asked: 5, most: 3, tenant: 'qa' as never },
  leaseTooShort: { type: 'leaseTooShort', asked: 1, shortestMs: 60_000 },
  leaseTooLong: { type: 'leaseTooLong', asked: 9, longestMs: 8, of: 'metal' },
  pollTooShort: { type: 'pollTooShort', asked: 1000, shortestMs: 10_000 },
  noKeys: { type: 'noKeys' },
  noneFree: { type: 'noneFree', machineType: METAL, count: 1, platform: null, elsewhere: 0 },
  queueFull: { type: 'queueFull', limit: 'waitingRequests', most: 10 },
  noSuchLease: { type: 'noSuchLease', asked: 'L1', held: [] },
  noSuchRequest: { type: 'noSuchRequest', asked: 'R1', waiting: [] },
  noSuchMachine: { type: 'noSuchMachine', asked: 'n1', suggestion: null },
  noSuchRefusal: { type: 'noSuchRefusal', asked: 'X7Q2KM', ms: 86_400_000, most: 50 },
  holdsNothing: { type: 'holdsNothing' },
  waitsForNothing: { type: 'waitsForNothing' },
  whichLease: { type: 'whichLease', held: HELD },
  whichMachine: { type: 'whichMachine', machines: ['n1', 'n2'] as never },
  notQuarantined: { type: 'notQuarantined', machine: 'n1' as never, status: 'ready' },
  whichRequest: { type: 'whichRequest', waiting: ['R1', 'R2'] as never },
  notActive: { type: 'notActive', lease: 'L1' as never },
  cannotExtend: { type: 'cannotExtend', lease: 'L1' as never, until: 0 as never, longestMs: 9, held: false },
  endsLater: { type: 'endsLater', lease: 'L1' as never, until: 0 as never },
  awaited: {
    type: 'awaited',
    lease: 'L1' as never,
    until: 0 as never,
    awaited: { machineType: METAL, requests: 2, reservedFrom: null },
  },
  tooManyHeld: { type: 'tooManyHeld', lease: 'L1' as never, tenant: 'a' as never, count: 2, held: 0, most: 1 },
  holdTooLong: { type: 'holdTooLong', lease: 'L1' as never, asked: 9, longestMs: 8, of: 'tenant a', last: 0 as never },
  snoozeTooLong: { type: 'snoozeTooLong', lease: 'L7Q2' as never, until: 5 as never },
  toldNowhere: { type: 'toldNowhere', lease: 'L7Q2' as never },
  noSuchCode: { type: 'noSuchCode', left: 4 },
  tooManyCodes: { type: 'tooManyCodes', until: 5 as never },
  ownCode: { type: 'ownCode' },
  linkedAlready: { type: 'linkedAlready', identity: 'irc:net:alice' },
  linkElsewhere: { type: 'linkElsewhere', identity: 'irc:net:alice', tenant: 'qa' as never },
  noMail: { type: 'noMail' },
  changedSince: { type: 'changedSince', again: 'done all' },
  nothingAsked: { type: 'nothingAsked', withinMs: 60_000 },
  noClaim: { type: 'noClaim' },
  notLinked: { type: 'notLinked', identity: 'irc:net:alice', others: [] },
  speaksThrough: { type: 'speaksThrough', identity: 'key:x', tenant: 'qa' as never, others: ['irc:net:alice'] },
  unknownKey: { type: 'unknownKey', fingerprint: 'SHA256:x' },
  noSuchPlatform: { type: 'noSuchPlatform', asked: 'intl', machineType: METAL, suggestion: null, known: [] },
  noRoom: { type: 'noRoom', machineType: METAL, count: 2, from: 1 as never, nearest: 2 as never },
  tooFarAhead: { type: 'tooFarAhead', from: 1 as never, mostMs: 2 },
  noSuchTarget: { type: 'noSuchTarget', asked: 'n3', suggestion: 'n33' },
  endsBeforeStart: { type: 'endsBeforeStart', from: 2 as never, until: 1 as never },
  badRecurrence: { type: 'badRecurrence', forMs: null, everyMs: 86_400_000 },
  noMaintenance: { type: 'noMaintenance', what: { kind: 'machine', name: 'n33' } },
  maintenanceAhead: {
    type: 'maintenanceAhead',
    lease: 'L1' as never,
    machine: 'n33' as never,
    from: 2 as never,
    until: 1 as never,
    reason: '',
  },
  badNotify: { type: 'badNotify', asked: 'irc:x:y' },
  idUsedBefore: { type: 'idUsedBefore', id: 'job-7' },
  badSite: { type: 'badSite', faults: ['pools: none'] },
  staleRun: { type: 'staleRun' },
}

const STATUSES: Readonly<Record<RefusalType, number>> = {
  stranger: 403,
  operatorsOnly: 403,
  controlRoomOnly: 403,
  adminsOnly: 403,
  noSuchTenant: 404,
  tenantExists: 409,
  tenantRetired: 409,
  badTenantName: 422,
  badUsualLease: 422,
  badMember: 422,
  memberElsewhere: 409,
  noSuchMember: 404,
  noSuchApiKey: 404,
  apiKeyExists: 409,
  noSuchWebhook: 404,
  webhookExists: 409,
  lastOperatorKey: 409,
  noSuchType: 422,
  noSuchPool: 422,
  noSuchArch: 422,
  noSuchLabel: 422,
  neverEnough: 422,
  tooMany: 422,
  tooLongText: 422,
  badCount: 422,
  cannotCollect: 422,
  badPriority: 422,
  leaseTooShort: 422,
  leaseTooLong: 422,
  pollTooShort: 422,
  noKeys: 422,
  noSuchPlatform: 422,
  noRoom: 409,
  tooFarAhead: 422,
  noSuchTarget: 422,
  endsBeforeStart: 422,
  badRecurrence: 422,
  noMaintenance: 409,
  maintenanceAhead: 409,
  badNotify: 422,
  badSite: 422,
  noSuchLease: 404,
  noSuchRequest: 404,
  noSuchMachine: 404,
  noSuchRefusal: 404,
  snoozeTooLong: 409,
  toldNowhere: 409,
  noSuchCode: 404,
  tooManyCodes: 429,
  ownCode: 409,
  linkedAlready: 409,
  linkElsewhere: 409,
  noMail: 409,
  noClaim: 409,
  notLinked: 404,
  speaksThrough: 409,
  unknownKey: 404,
  overQuota: 409,
  noneFree: 409,
  holdsNothing: 409,
  waitsForNothing: 409,
  whichLease: 409,
  whichMachine: 409,
  notQuarantined: 409,
  whichRequest: 409,
  notActive: 409,
  cannotExtend: 409,
  endsLater: 409,
  awaited: 409,
  tooManyHeld: 409,
  holdTooLong: 422,
  changedSince: 409,
  nothingAsked: 409,
  idUsedBefore: 409,
  staleRun: 409,
  queueFull: 503,
}

test('the table of statuses is what scripts were promised', () => {
  expect(Object.fromEntries(Object.entries(REFUSALS).map(([type, { status }]) => [type, status]))).toEqual(STATUSES)
})

test.each(Object.values(SAMPLES))('$type is a problem with its status, its data and a sentence', async (refusal) => {
  await using served = await serve()
  served.duffy.answer = { type: 'refused', refusal }
  const { status, headers, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  const { type, ...data } = refusal
  expect(status).toBe(STATUSES[type])
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(headers.get('retry-after')).toBe(status === 503 ? '30' : null)
  expect(body).toMatchObject({ type: `urn:duffy:${type}`, status, refusal: type, data: withInstants(data) })
  expect(body.title.length).toBeGreaterThan(3)
  expect(body.detail.length).toBeGreaterThan(20)
})

test('a full lane is 503 with the time to try again', async () => {
  await using served = await serve()
  served.duffy.trouble = Object.assign(new Error('full'), { name: 'Busy', retryAfterMs: 2100 })
  const { status, headers, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toBe('3')
  expect(body.type).toBe('urn:duffy:busy')
  expect(served.duffy.logged).toEqual([])
})

test('a Duffy that stops is 503', async () => {
  await using served = await serve()
  served.duffy.trouble = Object.assign(new Error('closing'), { name: 'Stopped' })
  expect((await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })).status).toBe(503)
})

test('a fault is told by a reference that the log has with its cause, and by nothing else', async () => {
  await using served = await serve()
  served.duffy.trouble = new Error('SQLITE_FULL at /secret/path')
  const { status, body, text } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  expect(status).toBe(500)
  expect(body.detail).toContain(`that failed on my side (ref ${body.ref}): it may have been done.`)
  expect(body.ref).toMatch(/^[0-9a-f]{4}$/)
  expect(text).not.toContain('secret')
  expect(served.duffy.logged).toMatchObject([{ level: 'error', data: { ref: body.ref, cause: served.duffy.trouble } }])
})

test('where nobody knows whether it was done, the answer does not say that it was not', async () => {
  await using served = await serve()
  served.duffy.trouble = Object.assign(new Error('lost'), { name: 'Fault', outcome: 'unknown' })
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  expect(status).toBe(500)
  expect(body.detail).toContain('it may have been done')
})

test('a command that the store could not commit is 503 with the time to try again, in words that fit any verb', async () => {
  await using served = await serve()
  served.duffy.trouble = Object.assign(new Error('SQLITE_FULL'), { name: 'Fault', outcome: 'notDone' })
  const { status, headers, body } = await served.call('POST', '/api/v2/leases/L1/done')
  expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  expect(body.detail).toBe(`that failed on my side (ref ${body.ref}): nothing was changed. Try again in 5 s.`)
  expect(served.duffy.logged).toMatchObject([{ level: 'error', data: { ref: body.ref } }])
})

test('an API key never reaches the log', async () => {
  await using served = await serve()
  served.duffy.trouble = new Error('broken')
  await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  await served.call('GET', '/api/v2/leases', { headers: { authorization: served.duffy.keys.alice } })
  const secret = served.duffy.keys.alice.split('_').slice(2).join('_')
  expect(JSON.stringify(served.duffy.logged)).not.toContain(secret)
})

test('an unknown address is a problem too', async () => {
  await using served = await serve()
  const { status, headers } = await served.call('GET', '/api/v2/nothing')
  expect(status).toBe(404)
  expect(headers.get('content-type')).toContain('application/problem+json')
})

test.each([
  ['/api/v2/runs/%ff', 400, 'hexadecimal'],
  ['/api/v2/runs/%', 400, 'hexadecimal'],
  [`/api/v2/runs/${'N'.repeat(201)}`, 414, 'at most 200 characters'],
])(
  'the address %s, which no route can read, is a problem whose sentence says what to send',
  async (path, code, words) => {
    await using served = await serve()
    const { status, headers, body } = await served.call('GET', path)
    expect(status).toBe(code)
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(body).toMatchObject({ status: code, detail: expect.stringContaining(words) })
  },
)

test.each([
  [{}, 'type'],
  [{ type: 'metal', count: 0 }, 'count'],
  [{ type: 'metal', count: '$gt' }, 'count'],
  [{ type: { $ne: null } }, 'type'],
  [{ type: 'metal', for: 2 }, 'for'],
  [{ type: 'metal', for: 'soon' }, 'for'],
  [{ type: 'metal', platform: 'amd' }, 'platform'],
  [{ type: 'metal', labels: 'x y' }, 'labels'],
  [{ type: 'metal', labels: [['x']] }, 'labels'],
  [{ type: 'metal', keys: ['command="x" ssh-ed25519 AAAA'] }, 'keys'],
  [{ type: 'metal', metadata: { a: { b: 1 } } }, 'metadata'],
  [{ type: 'metal', metadata: { a: 1 } }, 'metadata'],
  [{ type: 'metal', queue: 'no' }, 'queue'],
  [{ type: 'metal', reason: 'a\nb' }, 'reason'],
])('the body %j is not understood, and the fault is found by its path', async (sent, path) => {
  await using served = await serve()
  const { status, body } = await served.call('POST', '/api/v2/requests', { body: sent })
  expect(status).toBe(422)
  expect(body.type).toBe('urn:duffy:misread')
  expect(body.errors[0].path).toBe(path)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test.each([[{ type: 'metal', colour: 'red' }], [[]], ['"metal"'], ['null1']])(
  'the body %j is turned away',
  async (sent) => {
    await using served = await serve()
    const { status } = await served.call('POST', '/api/v2/requests', { body: sent })
    expect([400, 422]).toContain(status)
    expect(served.duffy.fleet.leases.size).toBe(0)
  },
)
