import {
  answer,
  DEFAULT_LIMITS,
  type ApiKey,
  type ApiKeyId,
  type Event,
  type Identity,
  type Instant,
  type Role,
  type TenantName,
  type TenantTerms,
} from '#core'
import { describe, expect, test } from 'vitest'
import { siteOf, tenantOf } from '../kit/site.ts'
import { replayed } from '../kit/snapshot.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const INFRA = 'infra' as TenantName

const keyOf = (id: string, tenant: string, role: Role): ApiKey => ({
  id: id as ApiKeyId,
  tenant: tenant as TenantName,
  role,
  digest: `digest of ${id}`,
  note: '',
})

/** With an operator's key, and the keys of a member and an admin of alice. */
const worldOf = (): World => {
  const world = new World()
  for (const key of [keyOf('op', 'bob', 'operator'), keyOf('adm', 'alice', 'admin'), keyOf('mem', 'alice', 'member')])
    world.ask('duffy', { do: 'addApiKey', apiKey: key })
  return world
}
const OP = 'key:op'
const ADMIN = 'key:adm'
const MEMBER = 'key:mem'

const add = (world: World, name: string, by = OP) =>
  told(
    world.ask(by, {
      do: 'addTenant',
      tenant: name as TenantName,
      terms: { quota: 3 },
      keys: [],
      apiKeys: [keyOf(`key of ${name}`, name, 'admin')],
      v3Key: null,
    }),
  )

describe('adding a tenant', () => {
  test('gives it its terms, the standard ones where none are said, and its first key', () => {
    const world = worldOf()
    expect(add(world, 'infra')).toMatchObject({ type: 'tenantAdded', tenant: 'infra' })
    expect(world.fleet.tenants.get(INFRA)).toMatchObject({ quota: 3, longestMs: null, owner: 'people', active: true })
    expect(world.fleet.apiKeys.get('key of infra' as ApiKeyId)).toMatchObject({ tenant: 'infra', role: 'admin' })
  })

  test('is refused for a name that is taken, or is none', () => {
    const world = worldOf()
    expect(add(world, 'alice')).toMatchObject({ type: 'tenantExists' })
    for (const name of ['', '-x', 'a b', 'a:b', 'x'.repeat(64)]) expect(add(world, name).type).toBe('badTenantName')
  })

  test('is for operators', () => {
    const world = worldOf()
    expect(add(world, 'infra', ADMIN)).toMatchObject({ type: 'operatorsOnly' })
    expect(add(world, 'infra', ALICE)).toMatchObject({ type: 'operatorsOnly' })
  })
})

describe('whose a tenant is', () => {
  const quota = (world: World, name: string): number | undefined => world.fleet.tenants.get(name as TenantName)?.quota
  const configure = (world: World, digest: string, tenants = [tenantOf('alice', { quota: 50 }), tenantOf('bob')]) =>
    told(world.ask('duffy', { do: 'configure', site: siteOf({ digest, tenants }) }))

  test("the config's, until somebody changes it: then the config has no say in it", () => {
    const world = worldOf()
    configure(world, 'two')
    expect(quota(world, 'alice')).toBe(50)
    const set = { do: 'setTenant', tenant: 'alice' as TenantName, terms: { quota: 7 }, keys: null } as const
    expect(told(world.ask(OP, set))).toMatchObject({ type: 'tenantSet', taken: true })
    configure(world, 'three', [tenantOf('alice', { quota: 60 }), tenantOf('bob')])
    expect(quota(world, 'alice')).toBe(7)
  })

  test('one that operators added stays when the config does not name it', () => {
    const world = worldOf()
    add(world, 'infra')
    told(world.ask(OP, { do: 'addMember', tenant: INFRA, member: 'irc:net:carol', admin: false }))
    configure(world, 'two')
    expect(world.get('irc:net:carol', { keys: [{ fingerprint: 'SHA256:c' as never, line: 'x' }] })).toMatchObject({
      type: 'granted',
    })
  })

  test('a quota set below what is held ends nothing, and refuses what is asked next', () => {
    const world = worldOf()
    world.get(ALICE)
    world.get(ALICE)
    told(world.ask(OP, { do: 'setTenant', tenant: 'alice' as TenantName, terms: { quota: 1 }, keys: null }))
    expect(world.fleet.leases.size).toBe(2)
    expect(world.get(ALICE)).toMatchObject({ type: 'overQuota' })
  })
})

describe("a tenant's usual lease", () => {
  const HOUR = 3_600_000
  const set = (world: World, terms: Partial<TenantTerms>, name = 'alice') =>
    told(world.ask(OP, { do: 'setTenant', tenant: name as TenantName, terms, keys: null }))
  const lengthOf = (world: World, by = ALICE): number => world.lease(world.get(by)).durationMs

  test('is as long as a lease is for which nobody says, and nobody else has it', () => {
    const world = worldOf()
    expect(set(world, { defaultMs: 3 * HOUR })).toMatchObject({ type: 'tenantSet' })
    expect(lengthOf(world)).toBe(3 * HOUR)
    expect(world.lease(world.get(ALICE, { durationMs: HOUR })).durationMs).toBe(HOUR)
    expect(lengthOf(world, BOB)).toBe(2 * HOUR)
  })

  test("gives way to the pool's longest", () => {
    const world = worldOf()
    set(world, { defaultMs: 30 * HOUR })
    expect(lengthOf(world)).toBe(24 * HOUR)
  })

  test("is the pool's, up to the tenant's longest, where it has none", () => {
    const world = worldOf()
    set(world, { longestMs: HOUR })
    expect(lengthOf(world)).toBe(HOUR)
  })

  test("is the pool's again once it is taken back", () => {
    const world = worldOf()
    set(world, { defaultMs: 3 * HOUR })
    set(world, { defaultMs: null })
    expect(lengthOf(world)).toBe(2 * HOUR)
  })

  test('is what is reserved, tried and waited for', () => {
    const world = worldOf()
    set(world, { defaultMs: 3 * HOUR })
    const from = (world.at + HOUR) as Instant
    const reserved = told(world.ask(ALICE, { do: 'reserve', get: PLAIN_GET, from }))
    const tried = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'preview', command: PLAIN_GET })
    for (let taken = 0; taken < 7; taken += 1) world.get(BOB, { platform: 'any' })
    const waiting = world.get(ALICE, { platform: 'any', count: 2 })
    expect([reserved, waiting].map(({ type }) => type)).toEqual(['reserved', 'waiting'])
    expect([...world.fleet.requests.values()].map(({ durationMs }) => durationMs)).toEqual([3 * HOUR, 3 * HOUR])
    expect(tried).toMatchObject({ type: 'wouldGrant', durationMs: 3 * HOUR, askedMs: null })
  })

  test('is refused where it would be longer than its longest, whichever of the two is set', () => {
    const world = worldOf()
    const refused = { type: 'badUsualLease', tenant: 'alice', adding: false, longestMs: 2 * HOUR }
    expect(set(world, { defaultMs: 3 * HOUR, longestMs: 2 * HOUR })).toMatchObject({ ...refused, asked: 3 * HOUR })
    set(world, { defaultMs: 3 * HOUR })
    expect(set(world, { longestMs: 2 * HOUR })).toMatchObject({ ...refused, asked: 3 * HOUR })
    expect(set(world, { defaultMs: 2 * HOUR, longestMs: 2 * HOUR })).toMatchObject({ type: 'tenantSet' })
  })

  test('is refused where it would be no lease, of a new tenant too', () => {
    const world = worldOf()
    const terms = { defaultMs: 1000 }
    const tenant = INFRA
    expect(set(world, terms)).toMatchObject({ type: 'badUsualLease', asked: 1000, shortestMs: 60_000 })
    expect(told(world.ask(OP, { do: 'addTenant', tenant, terms, keys: [], apiKeys: [], v3Key: null }))).toMatchObject({
      type: 'badUsualLease',
      adding: true,
    })
    expect(world.fleet.tenants.has(INFRA)).toBe(false)
  })

  test('that the site has come to forbid is in the way of no other change', () => {
    const world = worldOf()
    set(world, { defaultMs: 120_000 })
    const limits = { ...DEFAULT_LIMITS, shortestMs: HOUR }
    told(world.ask('duffy', { do: 'configure', site: siteOf({ digest: 'two', limits }) }))
    expect(set(world, { quota: 3 })).toMatchObject({ type: 'tenantSet' })
  })

  test('survives a restart, and records of before there was one are read as if there were none', () => {
    const world = worldOf()
    set(world, { defaultMs: 3 * HOUR })
    add(world, 'infra')
    world.restart()
    expect(lengthOf(world)).toBe(3 * HOUR)
    const old = world.log.map(({ at, events }) => ({
      at,
      events: events.map((event): Event => {
        if (event.type !== 'tenantAdded' && event.type !== 'tenantConfigured') return event
        const { defaultMs: _, ...of } = event
        return of
      }),
    }))
    expect([...replayed(old).tenants.values()].map(({ defaultMs }) => defaultMs)).toEqual([null, null, null])
  })
})

describe('members', () => {
  const addMember = (world: World, by: string, member: string, over: object = {}) =>
    told(world.ask(by, { do: 'addMember', tenant: null, member, admin: false, ...over }))

  test('an admin lets somebody speak for their own tenant, and lets them no more', () => {
    const world = worldOf()
    expect(addMember(world, ADMIN, 'irc:net:Carol')).toMatchObject({ member: 'irc:net:carol', tenant: 'alice' })
    expect(world.get('irc:net:carol').type).toBe('granted')
    told(world.ask(ADMIN, { do: 'removeMember', tenant: null, member: 'irc:net:carol' }))
    expect(world.get('irc:net:carol').type).toBe('stranger')
  })

  test('a member may not, nor an admin for another tenant', () => {
    const world = worldOf()
    for (const by of [MEMBER, ALICE]) expect(addMember(world, by, 'irc:net:carol').type).toBe('adminsOnly')
    expect(addMember(world, ADMIN, 'irc:net:carol', { tenant: 'bob' }).type).toBe('adminsOnly')
  })

  test('a member made an admin may', () => {
    const world = worldOf()
    addMember(world, ADMIN, ALICE, { admin: true })
    expect(addMember(world, ALICE, 'irc:net:carol').type).toBe('memberAdded')
    addMember(world, ADMIN, ALICE)
    expect(addMember(world, ALICE, 'irc:net:dora').type).toBe('adminsOnly')
  })

  test('nobody speaks for two tenants', () => {
    expect(addMember(worldOf(), ADMIN, BOB)).toMatchObject({ type: 'memberElsewhere', tenant: 'bob' })
  })

  test('what is no member is refused, and who is none cannot be removed', () => {
    const world = worldOf()
    for (const member of ['carol', 'irc:net:', 'irc:net:a b', 'slack', 'irc:Net:x'])
      expect(addMember(world, ADMIN, member).type).toBe('badMember')
    expect(told(world.ask(ADMIN, { do: 'removeMember', tenant: null, member: 'irc:net:zed' })).type).toBe(
      'noSuchMember',
    )
  })

  test('somebody added twice is a member once, and nothing is recorded the second time', () => {
    const world = worldOf()
    addMember(world, ADMIN, 'irc:net:carol')
    const before = world.log.length
    expect(addMember(world, ADMIN, 'irc:net:carol').type).toBe('memberAdded')
    expect(world.log.slice(before).flatMap(({ events }) => events)).toEqual([])
  })
})

describe('a retired tenant', () => {
  const retire = (world: World, name = 'alice') =>
    told(world.ask(OP, { do: 'retireTenant', tenant: name as TenantName }))

  test('is spoken for by nobody, its leases end, and its machines come back', () => {
    const world = worldOf()
    world.get(ALICE)
    expect(retire(world)).toMatchObject({ type: 'tenantRetired' })
    world.work()
    expect(world.fleet.leases.size).toBe(0)
    expect(world.fleet.statuses.of('metal/ready')).toBe(8)
    for (const by of [ALICE, ADMIN, MEMBER]) expect(world.get(by).type).toBe('stranger')
  })

  test('waits for nothing any more', () => {
    const world = worldOf()
    for (let taken = 0; taken < 8; taken += 1) world.get(BOB, { platform: 'any' })
    world.get(ALICE, { platform: 'any' })
    retire(world)
    expect(world.fleet.requests.size).toBe(0)
  })

  test('comes back as it was', () => {
    const world = worldOf()
    retire(world)
    told(world.ask(OP, { do: 'reviveTenant', tenant: 'alice' as TenantName }))
    expect(world.get(ALICE).type).toBe('granted')
  })

  test('is not the one that holds the last key of an operator', () => {
    expect(retire(worldOf(), 'bob')).toMatchObject({ type: 'lastOperatorKey', apiKey: 'op' })
  })
})

describe('API keys', () => {
  const addKey = (world: World, by: string, key: ApiKey) => told(world.ask(by, { do: 'addApiKey', apiKey: key }))
  const revoke = (world: World, by: string, id: string) =>
    told(world.ask(by, { do: 'revokeApiKey', apiKey: id as ApiKeyId }))

  test('an admin makes one for their tenant, which is let in until it is revoked', () => {
    const world = worldOf()
    expect(addKey(world, ADMIN, keyOf('new', 'alice', 'member')).type).toBe('apiKeyAdded')
    expect(world.get('key:new').type).toBe('granted')
    expect(revoke(world, ADMIN, 'new').type).toBe('apiKeyRevoked')
    expect(world.get('key:new').type).toBe('stranger')
  })

  test('an admin makes none for another tenant, and none of an operator', () => {
    const world = worldOf()
    expect(addKey(world, ADMIN, keyOf('new', 'bob', 'member')).type).toBe('adminsOnly')
    expect(addKey(world, ADMIN, keyOf('new', 'alice', 'operator')).type).toBe('operatorsOnly')
    expect(addKey(world, MEMBER, keyOf('new', 'alice', 'member')).type).toBe('adminsOnly')
  })

  test("another tenant's key is as unknown as one that never was", () => {
    expect(revoke(worldOf(), ADMIN, 'op')).toEqual({ type: 'noSuchApiKey', asked: 'op' })
  })

  test("the last operator's key stays", () => {
    const world = worldOf()
    expect(revoke(world, OP, 'op').type).toBe('lastOperatorKey')
    addKey(world, OP, keyOf('op2', 'alice', 'operator'))
    expect(revoke(world, OP, 'op').type).toBe('apiKeyRevoked')
  })
})
