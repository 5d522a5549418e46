import { harmOf, type Asked, type Command, type Harm, type Identity, type LeaseId } from '#core'
import { beforeEach, describe, expect, test } from 'vitest'
import { siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const ADMIN = 'irc:net:ann'
const BOB = 'irc:net:bob'
const OPERATOR = 'key:op'

let world: World
beforeEach(() => {
  world = new World(siteOf())
  const operator = { id: 'op', tenant: 'bob', role: 'operator', digest: '', note: '' } as never
  world.ask('duffy', { do: 'addApiKey', apiKey: operator })
  world.ask(OPERATOR, { do: 'addMember', tenant: 'alice', member: ADMIN, admin: true } as never)
})

const lent = (by: string, count = 1): LeaseId => {
  const outcome = world.get(by, { count, platform: 'any' })
  world.work()
  return world.lease(outcome).id
}
const harm = (by: string, command: Command): Harm | null =>
  harmOf(world.fleet, { id: null, by: by as Identity, door: 'test', at: world.at, command } satisfies Asked)
const done = (what: string | null): Command => ({ do: 'done', what })
const machinesOf = (id: LeaseId): string[] => world.fleet.leases.need(id).machines.map(({ machine }) => machine)

describe('what is asked about first', () => {
  test('is giving back all of several leases, and not all of one', () => {
    expect(harm(ALICE, done('all'))).toBeNull()
    const first = lent(ALICE, 2)
    expect(harm(ALICE, done('all'))).toBeNull()
    const second = lent(ALICE)
    lent(BOB)
    expect(harm(ALICE, done('all'))).toMatchObject({
      whose: 'asker',
      ends: [
        { lease: first, machines: machinesOf(first).toSorted() },
        { lease: second, machines: machinesOf(second) },
      ],
    })
    expect(harm(ALICE, done(first))).toBeNull()
  })

  test('is ending what somebody else holds, whole or a machine of it', () => {
    const hers = lent(ALICE, 2)
    expect(harm(ADMIN, done(hers))).toMatchObject({ whose: 'other', tenant: 'alice', ends: [{ lease: hers }] })
    const [machine] = machinesOf(hers)
    expect(harm(ADMIN, done(machine!))?.ends).toEqual([{ lease: hers, machines: [machine] }])
    expect(harm(BOB, done(hers))).toBeNull()
  })

  test('is retiring a tenant that holds something, for whoever may', () => {
    const retire: Command = { do: 'retireTenant', tenant: 'alice' as never }
    expect(harm(OPERATOR, retire)).toBeNull()
    const hers = lent(ALICE)
    expect(harm(OPERATOR, retire)).toMatchObject({ whose: 'tenant', ends: [{ lease: hers }] })
    expect(harm(ALICE, retire)).toBeNull()
  })
})

describe('what was said yes to', () => {
  test('is done if it is still the same', () => {
    const ids = [lent(ALICE), lent(ALICE)]
    expect(told(world.ask(ALICE, harm(ALICE, done('all'))!.command))).toMatchObject({ type: 'done', leases: ids })
  })

  test.each([
    ['another lease', () => void lent(ALICE)],
    ['one less', () => void world.done(ALICE, [...world.fleet.leases.values()][0]!.id)],
    ['one machine less', () => void world.done(ALICE, machinesOf([...world.fleet.leases.values()][1]!.id)[0]!)],
  ])('is refused if it is %s by now', (_what, change) => {
    lent(ALICE)
    lent(ALICE, 2)
    lent(ALICE)
    const { command } = harm(ALICE, done('all'))!
    change()
    const held = [...world.fleet.leases.values()].length
    expect(told(world.ask(ALICE, command))).toEqual({ type: 'changedSince', again: 'done all' })
    expect([...world.fleet.leases.values()]).toHaveLength(held)
  })

  test('is refused if a tenant has got something since', () => {
    lent(ALICE)
    const { command } = harm(OPERATOR, { do: 'retireTenant', tenant: 'alice' as never })!
    lent(ALICE)
    expect(told(world.ask(OPERATOR, command))).toEqual({ type: 'changedSince', again: 'tenants retire alice' })
  })
})
