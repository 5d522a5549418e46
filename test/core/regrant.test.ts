import { describe, expect, test } from 'vitest'
import { messageSaid, type ApiKey, type Event, type GetCommand, type Identity, type TenantName } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const BOB = 'irc:net:bob'
const OP = 'key:op'
const TENANT = 'alice' as TenantName
const ADDRESS = { door: 'irc', identity: ALICE as Identity, nick: 'alice', room: '#ci' }

const keyOf = (id: string, tenant: string, role: ApiKey['role']): ApiKey => ({
  id: id as never,
  tenant: tenant as TenantName,
  role,
  digest: id,
  note: '',
})
const siteWith = (over: Parameters<typeof siteOf>[0] = {}) =>
  siteOf({
    pools: [poolOf('metal', { steps: ['recycle'] })],
    machines: machinesOf('metal', 'intel', 2, ['ssd']),
    tenants: [tenantOf('alice', { priority: 5 }), tenantOf('bob', { priority: 5 })],
    ...over,
  })

/** Two machines that bob holds, each by a lease of its own; an operator, and a key of alice. */
const world = (): World => {
  const made = new World(siteWith())
  for (const key of [keyOf('op', 'bob', 'operator'), keyOf('ci', 'alice', 'member')])
    made.ask('duffy', { do: 'addApiKey', apiKey: key })
  made.get(BOB)
  made.get(BOB)
  return made
}
const waiting = (on: World, over: Partial<GetCommand> = {}, by = ALICE) => {
  const outcome = on.get(by, { address: by === ALICE ? ADDRESS : null, ...over })
  if (outcome.type !== 'waiting') throw new Error(`it does not wait: ${outcome.type}`)
  return outcome.request
}
/** A machine comes back, and whoever is next gets it. */
const free = (on: World): void => {
  const [lease] = [...on.fleet.leasesOf.of('bob')]
  on.done(BOB, lease!.id)
  on.work()
}
const events = (on: World): Event[] => on.log.flatMap((record) => record.events)
const granted = (on: World): string[] =>
  events(on).flatMap((event) => (event.type === 'leaseGranted' ? [event.request] : []))
const endings = (on: World): string[] =>
  on.notices.flatMap(({ to, message }) =>
    message.type === 'requestEnded'
      ? [
          `${to.room}: ${messageSaid(message, { fleet: on.fleet, at: on.at, say: (line) => line, fingerprint: () => 'x' }).room[0]}`,
        ]
      : [],
  )

describe('what one may have is asked once more when it is granted', () => {
  test('a member who was removed while waiting gets nothing, and is told where they asked', () => {
    const on = world()
    const request = waiting(on)
    told(on.ask(OP, { do: 'removeMember', tenant: TENANT, member: ALICE }))
    free(on)
    expect(granted(on)).not.toContain(request)
    expect(endings(on)).toEqual([
      `#ci: Request ${request} waits no more: whoever asked speaks for tenant alice no more. For whom you speak: whoami; an operator can change that`,
    ])
  })

  test('an API key that was revoked while its request waited gets nothing', () => {
    const on = world()
    const request = waiting(on, {}, 'key:ci')
    const other = waiting(on)
    told(on.ask(OP, { do: 'revokeApiKey', apiKey: 'ci' as never }))
    free(on)
    free(on)
    expect(granted(on).slice(2)).toEqual([other])
    expect(events(on)).toContainEqual({
      type: 'requestUnsatisfiable',
      request,
      because: { type: 'noLongerSpeaks', tenant: 'alice' },
    })
  })

  test('a tenant that was retired gets nothing, and whoever waited for it is told', () => {
    const on = world()
    const request = waiting(on)
    told(on.ask(OP, { do: 'retireTenant', tenant: TENANT }))
    free(on)
    expect(granted(on)).not.toContain(request)
    expect(endings(on)[0]).toContain(`${request} waits no more: tenant alice is retired.`)
  })

  test('a config that no longer names the member ends what they waited for', () => {
    const on = world()
    const request = waiting(on)
    const site = siteWith({
      digest: 'two',
      tenants: [tenantOf('alice', { members: ['irc:net:amy'] }), tenantOf('bob')],
    })
    told(on.ask('duffy', { do: 'configure', site }))
    expect(events(on)).toContainEqual(expect.objectContaining({ type: 'requestUnsatisfiable', request }))
    expect(endings(on).length).toBe(1)
  })

  test('whoever came to speak for another tenant meanwhile gets nothing for the first', () => {
    const on = new World(siteWith({ tenants: [tenantOf('alice', { members: ['irc:net:*'] }), tenantOf('bob')] }))
    on.ask('duffy', { do: 'addApiKey', apiKey: keyOf('op', 'bob', 'operator') })
    on.get(BOB)
    on.get(BOB)
    const request = waiting(on)
    told(on.ask(OP, { do: 'addMember', tenant: 'bob' as TenantName, member: ALICE, admin: false }))
    expect(on.fleet.requests.has(request)).toBe(true)
    free(on)
    expect(granted(on)).not.toContain(request)
    expect(endings(on).length).toBe(1)
  })

  test('somebody who was forgotten gets nothing', () => {
    const on = world()
    const request = waiting(on)
    const { by } = on.fleet.requests.get(request)!
    on.fleet.personal.remove(by)
    on.fleet.journal.keep()
    free(on)
    expect(granted(on)).not.toContain(request)
  })

  test('a revocation and the return of a machine at the same moment grant nothing, in either order', () => {
    for (const order of ['revoked first', 'returned first']) {
      const on = world()
      const request = waiting(on, {}, 'key:ci')
      const revoke = () => on.ask(OP, { do: 'revokeApiKey', apiKey: 'ci' as never })
      const [lease] = [...on.fleet.leasesOf.of('bob')]
      if (order === 'revoked first') revoke()
      on.done(BOB, lease!.id)
      if (order === 'returned first') revoke()
      on.work()
      expect(granted(on), order).not.toContain(request)
    }
  })
})

describe('what is in the way for a time only is waited for', () => {
  const setTenant = (on: World, terms: object) =>
    told(on.ask(OP, { do: 'setTenant', tenant: TENANT, terms, keys: null }))

  test('a quota that others of the tenant use up meanwhile', () => {
    const on = world()
    setTenant(on, { quota: 1 })
    const first = waiting(on)
    const second = waiting(on)
    free(on)
    free(on)
    expect(granted(on).slice(2)).toEqual([first])
    expect(on.fleet.requests.has(second)).toBe(true)
    on.done(ALICE, 'all')
    on.work()
    expect(granted(on)).toContain(second)
  })

  test('a machine that fell ill meanwhile is not granted, and the request waits for another', () => {
    const on = world()
    const request = waiting(on)
    on.perform = () => ({ outcome: 'failed', message: 'the disk is gone' })
    for (let tries = 0; tries < 5; tries += 1) {
      if (tries === 0) free(on)
      on.pass(60_000)
    }
    expect(on.fleet.statuses.of('metal/quarantined')).toBe(1)
    expect(on.fleet.requests.has(request)).toBe(true)
    on.perform = () => ({ outcome: 'ok', report: { address: '127.0.0.1', port: 22 } })
    free(on)
    expect(granted(on)).toContain(request)
  })

  test('a machine that lost the label meanwhile is not granted', () => {
    const on = world()
    const request = waiting(on, { labels: ['ssd'] })
    const [one, two] = machinesOf('metal', 'intel', 2, ['ssd'])
    told(
      on.ask('duffy', {
        do: 'configure',
        site: siteWith({ digest: 'two', machines: [{ ...one!, labels: [] }, two!] }),
      }),
    )
    const holds = (name: string) => [...on.fleet.leases.values()].find((lease) => lease.machines[0]!.machine === name)!
    on.done(BOB, holds('intel-1').id)
    on.work()
    expect(on.fleet.requests.has(request)).toBe(true)
    on.done(BOB, holds('intel-2').id)
    on.work()
    expect(granted(on)).toContain(request)
  })

  test('a priority above what its tenant may ask for by then counts as what it may', () => {
    const on = world()
    const high = waiting(on, { priority: 5 })
    const middle = waiting(on, { priority: 3, address: null }, BOB)
    setTenant(on, { priority: 1 })
    free(on)
    expect(granted(on).slice(2)).toEqual([middle])
    free(on)
    expect(granted(on)).toContain(high)
  })
})

describe('what can never be any more ends the request', () => {
  test('a quota below what it asks for', () => {
    const on = world()
    const request = waiting(on, { count: 2 })
    told(on.ask(OP, { do: 'setTenant', tenant: TENANT, terms: { quota: 1 }, keys: null }))
    expect(endings(on)).toEqual([
      `#ci: Request ${request} waits no more: tenant alice may hold 1 machine. What there is: pools`,
    ])
  })

  test('a label that no machine has any more', () => {
    const on = world()
    const request = waiting(on, { labels: ['ssd'] })
    told(
      on.ask('duffy', {
        do: 'configure',
        site: siteWith({ digest: 'two', machines: machinesOf('metal', 'intel', 2) }),
      }),
    )
    expect(on.fleet.requests.has(request)).toBe(false)
    expect(endings(on).length).toBe(1)
  })
})

describe('whoever waits', () => {
  test('is told where they asked in the very decision that lets them in', () => {
    const on = new World(siteWith({ pools: [poolOf('metal', { steps: ['grant', 'recycle'] })] }))
    on.get(BOB)
    on.get(BOB)
    on.work()
    const request = waiting(on)
    free(on)
    const lease = [...on.fleet.leasesOf.of('alice')].find((one) => one.request === request)!
    expect(on.notices.filter(({ message }) => message.type === 'leaseReady').at(-1)).toEqual({
      to: ADDRESS,
      message: { type: 'leaseReady', lease: lease.id },
    })
  })

  test('and cancelled is never granted', () => {
    const on = world()
    const request = waiting(on)
    on.ask(ALICE, { do: 'cancel', what: request })
    free(on)
    free(on)
    expect(granted(on)).not.toContain(request)
  })
})
