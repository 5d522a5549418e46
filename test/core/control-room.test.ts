import { answer, decide, type ApiKeyId, type Command, type Fingerprint, type Identity, type TenantName } from '#core'
import { beforeEach, describe, expect, test } from 'vitest'
import { siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const OPS = 'irc:net:#ops'
const CAROL = 'irc:net:carol'
const BREAK: Command = {
  do: 'setMaintenance',
  what: 'intel-1',
  from: null,
  until: null,
  forMs: null,
  reason: 'new memory',
}

let world: World
beforeEach(() => {
  world = new World(siteOf({ controlRooms: [OPS] }))
  const apiKey = { id: 'op' as ApiKeyId, tenant: 'bob' as TenantName, role: 'operator', digest: '', note: '' } as const
  world.ask('duffy', { do: 'addApiKey', apiKey })
  const digest = 'SHA256:x' as Fingerprint
  world.ask(CAROL, { do: 'offerLink', digest, address: null })
  world.ask('key:op', { do: 'link', digest, sure: true, address: null })
})

const said = (command: Command, room: string | null, by = CAROL) =>
  told(decide(world.fleet, { id: null, by: by as Identity, door: 'test', room, at: world.at, command }))

describe('what operators alone may do', () => {
  test('is done for one in a control room', () => {
    expect(said(BREAK, OPS)).toMatchObject({ type: 'maintenanceSet' })
  })

  test.each([null, 'irc:net:#duffy', 'irc:other:#ops'])(
    'is refused them in %s, with the rooms where it is not',
    (room) => {
      expect(said(BREAK, room)).toEqual({ type: 'controlRoomOnly', rooms: [OPS] })
    },
  )

  test('is done for the key of one anywhere', () => {
    expect(said(BREAK, null, 'key:op')).toMatchObject({ type: 'maintenanceSet' })
  })

  test('is refused everybody else in a control room too', () => {
    expect(said(BREAK, OPS, 'irc:net:alice')).toEqual({ type: 'operatorsOnly' })
  })

  test('is asked of no other tenant either', () => {
    const ask = (room: string | null) =>
      answer(world.fleet, { by: CAROL as Identity, at: world.at, room }, { ask: 'home', tenant: 'alice' })
    expect(ask(OPS)).toMatchObject({ type: 'home' })
    expect(ask(null)).toEqual({ type: 'refused', refusal: { type: 'controlRoomOnly', rooms: [OPS] } })
  })
})

test('elsewhere an operator is what an admin of their tenant is', () => {
  expect(said({ do: 'addMember', tenant: null, member: 'irc:net:dan', admin: false }, null)).toMatchObject({
    type: 'memberAdded',
    tenant: 'bob',
  })
  expect(said({ do: 'addMember', tenant: 'alice' as TenantName, member: 'irc:net:dan', admin: false }, null)).toEqual({
    type: 'adminsOnly',
    tenant: 'alice',
  })
})

test('the rooms outlive a restart', () => {
  world.restart()
  expect(world.fleet.controlRooms).toEqual([OPS])
})
