import {
  answer,
  routesOf,
  type ApiKeyId,
  type Fingerprint,
  type Identity,
  type Outcome,
  type Refusal,
  type TenantName,
  MINUTE,
} from '#core'
import { describe, expect, test } from 'vitest'
import { KEY, siteOf, tenantOf } from '../kit/site.ts'
import { told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'
const STRANGER = 'irc:net:ally'
const SLACK = 'slack:T1:U1'
const CLI = 'key:mem'

/** Alice and bob have tenants; alice's has a member's key, bob's an operator's; a Slack account of alice's tenant is known too. */
const worldOf = (): World => {
  const world = new World(
    siteOf({ tenants: [tenantOf('alice', { members: [ALICE, SLACK] }), tenantOf('bob')] as never }),
  )
  for (const [id, tenant, role] of [
    ['mem', 'alice', 'member'],
    ['adm', 'alice', 'admin'],
    ['op', 'bob', 'operator'],
  ] as const) {
    const apiKey = { id: id as ApiKeyId, tenant: tenant as TenantName, role, digest: id, note: '' }
    world.ask('duffy', { do: 'addApiKey', apiKey })
  }
  return world
}

const digestOf = (code: string) => `SHA256:${code}` as Fingerprint
const offer = (world: World, by = STRANGER, code = 'one'): Outcome | Refusal =>
  told(world.ask(by, { do: 'offerLink', digest: digestOf(code), address: null }))
const say = (world: World, by = CLI, code = 'one', sure = true): Outcome | Refusal =>
  told(world.ask(by, { do: 'link', digest: digestOf(code), sure, address: null }))
const unlink = (world: World, by: string, identity: string | null = null, sure = false): Outcome | Refusal =>
  told(world.ask(by, { do: 'unlink', identity, sure }))
const whoami = (world: World, by: string) =>
  answer(world.fleet, { by: by as Identity, at: world.at }, { ask: 'whoami' }) as Extract<
    ReturnType<typeof answer>,
    { type: 'whoami' }
  >
const linked = (world = worldOf()): World => {
  offer(world)
  say(world)
  return world
}

describe('linking an account that speaks for nobody', () => {
  test('makes it speak for the tenant of whoever says its code', () => {
    const world = worldOf()
    expect(world.get(STRANGER)).toMatchObject({ type: 'stranger' })
    expect(offer(world)).toMatchObject({ type: 'linkOffered', until: world.at + 10 * MINUTE })
    expect(say(world)).toEqual({ type: 'linked', identity: STRANGER, others: [CLI] })
    expect(world.get(STRANGER)).toMatchObject({ type: 'granted' })
  })

  test('happens only once whoever says the code is told whose it is, and says yes', () => {
    const world = worldOf()
    offer(world)
    expect(say(world, CLI, 'one', false)).toEqual({ type: 'linkFound', identity: STRANGER, tenant: 'alice' })
    expect(world.get(STRANGER)).toMatchObject({ type: 'stranger' })
  })

  test('makes what one of them asked for the others as well', () => {
    const world = linked()
    const lease = world.lease(world.get(STRANGER))
    expect(
      answer(world.fleet, { by: STRANGER as Identity, at: world.at }, { ask: 'list', scope: 'mine' }),
    ).toMatchObject({
      leases: [{ id: lease.id }],
    })
    offer(world, 'irc:net:al', 'two')
    say(world, STRANGER, 'two')
    expect(world.done('irc:net:al', null)).toMatchObject({ type: 'done', leases: [lease.id] })
  })

  test('shares the SSH keys that any of them added', () => {
    const world = linked()
    world.ask(CLI, { do: 'addKey', key: { ...KEY, fingerprint: 'SHA256:own' as Fingerprint } })
    expect(world.lease(world.get(STRANGER)).keys).toEqual(['SHA256:own'])
    expect(told(world.ask(STRANGER, { do: 'removeKey', fingerprint: 'SHA256:own' as Fingerprint }))).toMatchObject({
      type: 'keyRemoved',
    })
  })

  test('is told to it, and to all that are one with it', () => {
    const world = linked()
    expect(world.notices).toEqual([
      {
        to: { door: 'irc:net', identity: STRANGER, nick: 'ally', room: null },
        message: { type: 'linked', identity: STRANGER, others: [CLI] },
      },
    ])
    offer(world, 'irc:net:al', 'two')
    say(world, CLI, 'two')
    expect(world.notices.slice(1).map(({ to }) => to.identity)).toEqual(['irc:net:al', STRANGER])
  })

  test('outlives a restart', () => {
    const world = linked()
    world.restart()
    expect(world.get(STRANGER)).toMatchObject({ type: 'granted' })
  })

  test('gives it the role of whom it is linked to, which ends with the key that gave it', () => {
    const world = worldOf()
    offer(world)
    say(world, 'key:adm')
    expect(whoami(world, STRANGER).standing).toMatchObject({ tenant: 'alice', role: 'admin' })
    world.ask('key:op', { do: 'revokeApiKey', apiKey: 'adm' as ApiKeyId })
    expect(whoami(world, STRANGER).standing).toBeNull()
  })

  test('lets no API key do more than it was made for', () => {
    const world = worldOf()
    offer(world)
    say(world, 'key:adm')
    offer(world, CLI, 'two')
    say(world, STRANGER, 'two')
    told(world.ask(CLI, { do: 'agreeLink' }))
    expect(whoami(world, CLI).others).toEqual([STRANGER, 'key:adm'])
    expect(whoami(world, CLI).standing).toMatchObject({ role: 'member' })
  })
})

describe('a code', () => {
  test('is good once', () => {
    const world = linked()
    expect(say(world, SLACK)).toEqual({ type: 'counted', refusal: { type: 'noSuchCode', left: 4 } })
  })

  test('is good for ten minutes', () => {
    const world = worldOf()
    offer(world)
    world.pass(10 * MINUTE)
    expect(say(world)).toMatchObject({ type: 'counted' })
  })

  test('takes the place of the one before', () => {
    const world = worldOf()
    offer(world, STRANGER, 'one')
    offer(world, STRANGER, 'two')
    expect(say(world, CLI, 'one')).toMatchObject({ type: 'counted' })
    expect(say(world, CLI, 'two')).toMatchObject({ type: 'linked' })
  })

  test('can be guessed at five times, and then for ten minutes not even the right one is looked at', () => {
    const world = worldOf()
    offer(world)
    for (const left of [4, 3, 2, 1, 0])
      expect(say(world, CLI, 'wrong')).toEqual({ type: 'counted', refusal: { type: 'noSuchCode', left } })
    expect(say(world)).toEqual({ type: 'tooManyCodes', until: world.at + 10 * MINUTE })
    world.pass(10 * MINUTE)
    offer(world)
    expect(say(world)).toMatchObject({ type: 'linked' })
  })

  test('can be guessed at no oftener from several accounts of one person', () => {
    const world = linked()
    for (const by of [CLI, CLI, CLI, STRANGER, STRANGER]) say(world, by, 'wrong')
    for (const by of [CLI, STRANGER])
      expect(say(world, by, 'wrong')).toEqual({ type: 'tooManyCodes', until: world.at + 10 * MINUTE })
    expect(say(world, SLACK, 'wrong')).toMatchObject({ type: 'counted' })
  })

  test('that was stolen links the account that it was given to, and no other', () => {
    const world = worldOf()
    offer(world)
    expect(say(world, 'irc:net:thief')).toMatchObject({ type: 'stranger' })
    expect(say(world, 'irc:net:bob')).toMatchObject({ type: 'linked', identity: STRANGER })
    expect(whoami(world, 'irc:net:thief').standing).toBeNull()
    expect(world.notices.at(-1)).toMatchObject({ to: { identity: STRANGER }, message: { type: 'linked' } })
  })

  test('of somebody who speaks for a tenant links nothing until they say yes themselves', () => {
    const world = worldOf()
    offer(world, ALICE)
    expect(say(world, SLACK)).toEqual({ type: 'linkClaimed', identity: ALICE, tenant: 'alice' })
    expect(world.notices.at(-1)).toMatchObject({
      to: { identity: ALICE },
      message: { type: 'linkClaimed', identity: SLACK },
    })
    expect(whoami(world, ALICE).others).toEqual([])
    expect(told(world.ask(ALICE, { do: 'agreeLink' }))).toEqual({ type: 'linked', identity: ALICE, others: [SLACK] })
    expect(whoami(world, SLACK).others).toEqual([ALICE])
  })

  test('that is claimed is nobody else’s to claim, so that a yes is to whom it was asked about', () => {
    const world = worldOf()
    offer(world, ALICE)
    say(world, SLACK)
    expect(say(world, CLI)).toEqual({ type: 'counted', refusal: { type: 'noSuchCode', left: 4 } })
    expect(say(world, CLI, 'one', false)).toMatchObject({ type: 'counted' })
    expect(told(world.ask(ALICE, { do: 'agreeLink' }))).toMatchObject({ type: 'linked', others: [SLACK] })
  })

  test('that is claimed again by the same is asked about once', () => {
    const world = worldOf()
    offer(world, ALICE)
    say(world, SLACK)
    expect(say(world, SLACK)).toEqual({ type: 'linkClaimed', identity: ALICE, tenant: 'alice' })
    expect(world.notices).toHaveLength(1)
  })

  test('is not on record', () => {
    const world = worldOf()
    offer(world)
    say(world)
    expect(JSON.stringify(world.log)).not.toContain('irc:net:ally')
    expect(JSON.stringify(world.log)).toContain(digestOf('one'))
  })

  test.each(['said where it was given', 'of an account that is two people', 'of another tenant', 'of nobody'])(
    'links nobody: %s',
    (how) => {
      const world = worldOf()
      if (how === 'said where it was given') {
        offer(world, ALICE)
        expect(say(world, ALICE)).toEqual({ type: 'ownCode' })
      } else if (how === 'of an account that is two people') {
        linked(world)
        offer(world)
        expect(say(world, 'irc:net:bob')).toEqual({ type: 'linkedAlready', identity: STRANGER })
      } else if (how === 'of another tenant') {
        offer(world, ALICE)
        expect(say(world, 'irc:net:bob')).toEqual({ type: 'linkElsewhere', identity: ALICE, tenant: 'alice' })
      } else expect(told(world.ask(ALICE, { do: 'agreeLink' }))).toEqual({ type: 'noClaim' })
    },
  )

  test('links at most ten accounts', () => {
    const world = worldOf()
    for (let count = 1; count < 10; count += 1) {
      offer(world, `irc:net:a${count}`)
      expect(say(world)).toMatchObject({ type: 'linked' })
    }
    offer(world)
    expect(say(world)).toEqual({ type: 'tooMany', limit: 'identitiesPerPerson', most: 10 })
  })

  test('is given while fewer than a thousand are out', () => {
    const world = worldOf()
    for (let count = 0; count < 1000; count += 1) offer(world, `irc:net:a${count}`, `${count}`)
    expect(offer(world)).toEqual({ type: 'tooMany', limit: 'openLinks', most: 1000 })
    world.pass(10 * MINUTE)
    expect(offer(world)).toMatchObject({ type: 'linkOffered' })
    expect(world.fleet.coded.size('all')).toBe(1)
  })
})

describe('unlinking', () => {
  test('makes an account somebody else, who speaks for nobody by what it was linked to', () => {
    const world = linked()
    expect(unlink(world, STRANGER)).toEqual({ type: 'unlinked', identity: STRANGER, others: [CLI] })
    expect(world.get(STRANGER)).toMatchObject({ type: 'stranger' })
    expect(whoami(world, CLI).others).toEqual([])
  })

  test('works from any of them, and is told to the others', () => {
    const world = linked()
    expect(unlink(world, CLI, STRANGER)).toMatchObject({ type: 'unlinked' })
    expect(world.notices.at(-1)).toMatchObject({
      to: { identity: STRANGER },
      message: { type: 'unlinked', identity: STRANGER, others: [CLI] },
    })
  })

  test('leaves each what it asked for', () => {
    const world = linked()
    const { id } = world.lease(world.get(STRANGER))
    unlink(world, STRANGER)
    expect(world.fleet.leases.has(id)).toBe(true)
    linked(world)
    expect(world.done(STRANGER, null)).toMatchObject({ type: 'done', leases: [id] })
  })

  test('of what the others speak through is said, and happens only to whoever is sure', () => {
    const world = linked()
    expect(unlink(world, STRANGER, CLI)).toEqual({
      type: 'speaksThrough',
      identity: CLI,
      tenant: 'alice',
      others: [STRANGER],
    })
    expect(whoami(world, STRANGER).standing).not.toBeNull()
    expect(unlink(world, STRANGER, CLI, true)).toMatchObject({ type: 'unlinked' })
    expect(whoami(world, STRANGER).standing).toBeNull()
  })

  test("of the only account, or of somebody else's, is refused", () => {
    const world = linked()
    expect(unlink(world, ALICE)).toEqual({ type: 'notLinked', identity: ALICE, others: [] })
    expect(unlink(world, STRANGER, ALICE)).toEqual({ type: 'notLinked', identity: ALICE, others: [CLI] })
  })

  test('takes the place in line of whoever speaks for nobody then', () => {
    const world = linked()
    world.get(ALICE, { count: 8, platform: 'any' })
    world.get(STRANGER, { count: 1 })
    expect(world.fleet.requests.size).toBeGreaterThan(0)
    unlink(world, STRANGER)
    expect(world.fleet.requests.size).toBe(0)
  })
})

describe('an address of mail', () => {
  const offerMail = (world: World, mail: string, by = CLI, code = mail) =>
    told(world.ask(by, { do: 'offerMail', digest: digestOf(code), mail }))

  test('is linked by whoever had the code sent there', () => {
    const world = worldOf()
    expect(offerMail(world, 'a@x.test')).toMatchObject({ type: 'linkOffered', identity: 'mail:a@x.test' })
    expect(say(world, CLI, 'a@x.test')).toMatchObject({ type: 'linked', identity: 'mail:a@x.test' })
    expect(world.notices.at(-1)!.to).toEqual({
      door: 'mail',
      identity: 'mail:a@x.test',
      nick: 'mail:a@x.test'.slice(5),
      room: null,
    })
  })

  test('is nobody else’s, though they read the code', () => {
    const world = worldOf()
    offerMail(world, 'a@x.test')
    expect(say(world, SLACK, 'a@x.test')).toMatchObject({ type: 'notLinked' })
    expect(whoami(world, SLACK).others).toEqual([])
  })

  test('is sent at most three codes for one person at a time', () => {
    const world = worldOf()
    for (const name of ['a', 'b', 'c'])
      expect(offerMail(world, `${name}@x.test`)).toMatchObject({ type: 'linkOffered' })
    expect(offerMail(world, 'd@x.test')).toEqual({ type: 'tooMany', limit: 'mailsPerPerson', most: 3 })
    expect(offerMail(world, 'd@x.test', SLACK)).toMatchObject({ type: 'linkOffered' })
  })

  test('is not taken from whom it is linked to', () => {
    const world = worldOf()
    offerMail(world, 'a@x.test')
    say(world, CLI, 'a@x.test')
    expect(offerMail(world, 'a@x.test', SLACK)).toEqual({ type: 'linkedAlready', identity: 'mail:a@x.test' })
  })
})

describe('where somebody is told things', () => {
  test('is where they asked, then the other chats, and mail last', () => {
    const world = linked()
    told(world.ask(CLI, { do: 'offerMail', digest: digestOf('mail'), mail: 'a@x.test' }))
    say(world, CLI, 'mail')
    offer(world, 'irc:net:al', 'two')
    say(world, CLI, 'two')
    const to = { door: 'irc:net', identity: 'irc:net:al' as Identity, nick: 'al', room: '#duffy' }
    expect(routesOf(world.fleet, to).map(({ identity }) => identity)).toEqual(['irc:net:al', STRANGER, 'mail:a@x.test'])
    expect(routesOf(world.fleet, to)[0]).toEqual(to)
  })

  test('is where else they are known, if they ask at the command line', () => {
    const world = linked()
    const lease = world.lease(world.get(CLI))
    world.ask('duffy', { do: 'retireTenant', tenant: 'alice' as TenantName })
    expect(world.fleet.leases.has(lease.id)).toBe(false)
    expect(world.notices.at(-1)).toMatchObject({ to: { identity: STRANGER }, message: { type: 'leaseEnded' } })
  })
})
