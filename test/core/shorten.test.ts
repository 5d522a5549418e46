import { expect, test } from 'vitest'
import { readDuration, type Instant } from '#core'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const MINUTE = readDuration('1m', Infinity) as number

const leased = () => {
  const world = new World()
  const { id } = world.lease(world.get(ALICE))
  world.work()
  const shorten = (until: number, by = ALICE) =>
    told(world.ask(by, { do: 'shorten', what: id, until: until as Instant }))
  return { world, id, shorten }
}

test('a lease that is shortened ends when it was told to', () => {
  const { world, id, shorten } = leased()
  const until = world.at + 10 * MINUTE
  expect(shorten(until)).toMatchObject({ type: 'extended', until })
  world.pass(14 * MINUTE)
  expect(world.fleet.leases.has(id)).toBe(true)
  world.pass(2 * MINUTE)
  expect(world.fleet.leases.has(id)).toBe(false)
})

test('a lease that ends earlier already stays as it is', () => {
  const { world, id, shorten } = leased()
  const before = world.fleet.leases.need(id)
  shorten(world.at + 1000 * MINUTE)
  expect(world.fleet.leases.need(id)).toBe(before)
})

test("a lease is not shortened into the past, nor by another tenant's", () => {
  const { world, shorten } = leased()
  expect(shorten(world.at)).toMatchObject({ type: 'leaseTooShort' })
  expect(shorten(world.at + MINUTE, BOB)).toMatchObject({ type: 'noSuchLease' })
})

test('replaying the log of a shortened lease gives the same fleet', () => {
  const { world, id, shorten } = leased()
  shorten(world.at + 10 * MINUTE)
  const before = world.fleet.leases.need(id)
  world.restart()
  expect(world.fleet.leases.need(id)).toEqual(before)
})

test('an operator may ask for another tenant, and nobody else', () => {
  const world = new World()
  const apiKey = { id: 'op' as never, tenant: 'bob' as never, role: 'operator', digest: '', note: '' } as const
  world.ask('duffy', { do: 'addApiKey', apiKey })
  const tenant = 'alice' as never
  expect(world.lease(world.get('key:op', { tenant })).tenant).toBe('alice')
  expect(world.get(BOB, { tenant })).toMatchObject({ type: 'operatorsOnly' })
  expect(world.get('key:op', { tenant: 'carol' as never })).toMatchObject({ type: 'noSuchTenant' })
  world.ask('duffy', { do: 'retireTenant', tenant })
  expect(world.get('key:op', { tenant })).toMatchObject({ type: 'tenantRetired' })
})
