import { describe, expect, test } from 'vitest'
import { answer, answerSaid, outcomeSaid, type Identity, type Outcome, type Refusal } from '#core'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { machinesOf, platformOf, siteOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const OPERATOR = 'key:op'

const world = (): World => {
  const made = new World(
    siteOf({
      platforms: [
        platformOf('amd'),
        platformOf('intel', { memoryGiB: 32 }),
        platformOf('intel-small', { vendor: 'intel', memoryGiB: 16 }),
      ],
      machines: [
        ...machinesOf('metal', 'amd', 2),
        ...machinesOf('metal', 'intel', 2),
        ...machinesOf('metal', 'intel-small', 1),
      ],
    }),
  )
  const apiKey = { id: 'op' as never, tenant: 'bob' as never, role: 'operator', digest: 'x', note: '' } as const
  made.ask('duffy', { do: 'addApiKey', apiKey })
  return made
}
const move = (on: World, by: string, platform: string, tenant: string | null = null): Outcome | Refusal =>
  told(on.ask(by, { do: 'moveHome', type: null, platform, tenant }))
const homesOf = (on: World, tenant: string): unknown => on.fleet.tenants.need(tenant as never).homes
const show = (on: World, by: string, tenant: string | null = null) =>
  answer(on.fleet, { by: by as Identity, at: on.at }, { ask: 'home', tenant })

describe('moving home', () => {
  test('gives a tenant the other platform from then on', () => {
    const on = world()
    expect(move(on, ALICE, 'intel')).toMatchObject({
      type: 'homeMoved',
      tenant: 'alice',
      from: null,
      platform: 'intel',
    })
    expect(on.lease(on.get(ALICE)).choice).toMatchObject({ platform: 'intel', reason: 'home' })
    expect(move(on, ALICE, 'amd')).toMatchObject({ from: 'intel', platform: 'amd' })
    expect(on.lease(on.get(ALICE)).choice).toMatchObject({ platform: 'amd', reason: 'home' })
  })

  test('serves at once those who waited and can be served there', () => {
    const on = world()
    move(on, ALICE, 'intel')
    on.get(ALICE, { count: 2 })
    on.get(ALICE)
    expect(on.get(ALICE).type).toBe('waiting')
    move(on, ALICE, 'amd')
    expect(on.fleet.requests.size).toBe(0)
  })

  test('tells those who wait that they can never be served there', () => {
    const on = world()
    const address = { door: 'irc', identity: ALICE as Identity, nick: 'alice', room: null }
    move(on, ALICE, 'amd')
    on.get(ALICE, { count: 2 })
    const waiting = on.get(ALICE, { count: 2, address })
    expect(waiting.type).toBe('waiting')
    on.ask('duffy', {
      do: 'configure',
      site: siteOf({
        digest: 'fewer',
        platforms: [...on.fleet.platforms.values()],
        machines: [...machinesOf('metal', 'amd', 2), ...machinesOf('metal', 'intel', 1)],
      }),
    })
    move(on, ALICE, 'intel')
    expect(on.notices.map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ type: 'requestEnded', because: { type: 'tooFew', most: 1, platform: 'intel' } }),
    )
  })

  test('to where it is already changes nothing', () => {
    const on = world()
    move(on, ALICE, 'amd')
    const records = on.log.length
    expect(move(on, ALICE, 'amd')).toMatchObject({ from: 'amd', platform: 'amd' })
    expect(on.log.slice(records).flatMap(({ events }) => events)).toEqual([])
  })

  test('to a platform that no machine has is refused with those there are', () => {
    const on = world()
    expect(move(on, ALICE, 'inte')).toEqual({
      type: 'noSuchPlatform',
      asked: 'inte',
      machineType: null,
      suggestion: 'intel',
      known: ['amd', 'intel', 'intel-small'],
    })
  })

  test('of another tenant is for operators', () => {
    const on = world()
    expect(move(on, ALICE, 'amd', 'bob')).toEqual({ type: 'operatorsOnly' })
    expect(homesOf(on, 'bob')).toEqual({})
    expect(move(on, OPERATOR, 'amd', 'alice')).toMatchObject({ tenant: 'alice' })
    expect(homesOf(on, 'alice')).toEqual({ metal: 'amd' })
    expect(move(on, OPERATOR, 'amd', 'nobody')).toEqual({ type: 'noSuchTenant', asked: 'nobody', suggestion: null })
  })

  test('is in the log: replaying it gives the same homes', () => {
    const on = world()
    move(on, ALICE, 'amd')
    move(on, ALICE, 'intel')
    expect(snapshot(replayed(on.log))).toEqual(snapshot(on.fleet))
  })

  test('is told with what was home before', () => {
    const on = world()
    move(on, ALICE, 'amd')
    const moved = move(on, ALICE, 'intel') as Outcome
    const telling = { fleet: on.fleet, at: on.at, say: (line: string) => `"${line}"`, fingerprint: () => 'x' }
    expect(outcomeSaid(moved, telling).room).toEqual([
      'The metal of alice will be intel, no longer amd; what is held stays as it is. Get a machine: "get metal"',
    ])
  })
})

describe('where home is', () => {
  test('is told with the other platforms, the nearest first', () => {
    const on = world()
    move(on, ALICE, 'intel')
    expect(show(on, ALICE)).toMatchObject({
      type: 'home',
      tenant: 'alice',
      homes: [
        {
          type: 'metal',
          platform: 'intel',
          platforms: [
            { platform: 'intel', distance: 0, ready: 2, machines: 2 },
            { platform: 'intel-small', distance: 2, ready: 1, machines: 1 },
            { platform: 'amd', distance: null, ready: 2, machines: 2 },
          ],
        },
      ],
    })
  })

  test('is told in a sentence that names how to move', () => {
    const on = world()
    move(on, ALICE, 'intel')
    const telling = { at: on.at, say: (line: string) => `"${line}"`, fingerprint: () => 'x' }
    expect(answerSaid(show(on, ALICE), telling).room).toEqual([
      'Home of alice: metal intel (2 of 2 free), near it intel-small (1 of 1 free), of other classes amd (2 of 2 free). Move it: "home metal intel-small"',
    ])
  })

  test('of another tenant is for operators', () => {
    const on = world()
    expect(show(on, ALICE, 'bob')).toEqual({ type: 'refused', refusal: { type: 'operatorsOnly' } })
    expect(show(on, OPERATOR, 'alice')).toMatchObject({ type: 'home', tenant: 'alice' })
    expect(show(on, OPERATOR, 'nobody')).toEqual({
      type: 'refused',
      refusal: { type: 'noSuchTenant', asked: 'nobody', suggestion: null },
    })
  })
})
