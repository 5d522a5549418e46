import { describe, expect, test } from 'vitest'
import { answer, answerSaid, messageSaid, outcomeSaid, type Identity, type TenantName, type WebhookId } from '#core'
import { siteOf, tenantOf } from '../kit/site.ts'
import { replayed, snapshot } from '../kit/snapshot.ts'
import { told, World } from '../kit/world.ts'

const URL = 'https://user-secret.example.org/hook?token=abc'

/** Two tenants, an admin of the first, and an operator; operators are told in a room. */
const site = (): World => {
  const world = new World(
    siteOf({ tenants: [tenantOf('alice'), tenantOf('bob')], operators: [{ door: 'irc:net', room: '#ops' }] }),
  )
  const key = (id: string, tenant: string, role: string) =>
    world.ask('duffy', { do: 'addApiKey', apiKey: { id, tenant, role, digest: 'x', note: '' } as never })
  key('admin', 'alice', 'admin')
  key('other', 'bob', 'admin')
  key('op', 'bob', 'operator')
  return world
}
const ADMIN = 'key:admin'
const OTHER = 'key:other'
const OP = 'key:op'
const add = (world: World, by: string, id: string, over: { all?: boolean; tenant?: string } = {}) =>
  told(
    world.ask(by, {
      do: 'addWebhook',
      id: id as WebhookId,
      url: URL,
      tenant: (over.tenant ?? null) as TenantName | null,
      all: over.all ?? false,
    }),
  )
const seen = (world: World, by: string): string[] => {
  const found = answer(world.fleet, { by: by as Identity, at: world.at }, { ask: 'webhooks' })
  return found.type === 'webhooks' ? found.webhooks.map(({ id }) => id as string) : [found.type]
}

describe('webhooks', () => {
  test('are added by admins for their tenant, and by operators for everybody; each sees those of their own', () => {
    const world = site()
    expect(add(world, ADMIN, 'hk1')).toEqual({ type: 'webhookAdded', webhook: 'hk1' })
    expect(add(world, OP, 'hk2', { all: true })).toEqual({ type: 'webhookAdded', webhook: 'hk2' })
    expect([seen(world, ADMIN), seen(world, OTHER), seen(world, OP)]).toEqual([['hk1'], [], ['hk1', 'hk2']])
  })

  test('are not for members, nor for another tenant, nor of everybody without being an operator', () => {
    const world = site()
    expect(add(world, 'irc:net:alice', 'hk1')).toMatchObject({ type: 'adminsOnly' })
    expect(add(world, ADMIN, 'hk1', { tenant: 'bob' })).toMatchObject({ type: 'adminsOnly' })
    expect(add(world, ADMIN, 'hk1', { all: true })).toEqual({ type: 'operatorsOnly' })
    expect(add(world, OP, 'hk1', { tenant: 'nobody' })).toMatchObject({ type: 'noSuchTenant' })
    expect(told(world.ask(ADMIN, { do: 'disableWebhook', webhook: 'hk1' as never, failures: 1, because: '' }))).toEqual(
      {
        type: 'operatorsOnly',
      },
    )
  })

  test('are no more than a tenant may have', () => {
    const world = site()
    for (let more = 0; more < 10; more += 1) expect(add(world, ADMIN, `hk${more}`).type).toBe('webhookAdded')
    expect(add(world, ADMIN, 'hk10')).toEqual({ type: 'tooMany', limit: 'webhooksPerTenant', most: 10 })
    expect(add(world, OP, 'hk11', { all: true }).type).toBe('webhookAdded')
  })

  test('are removed by admins of their tenant; one of another is as unknown as one that never was', () => {
    const world = site()
    add(world, ADMIN, 'hk1')
    const remove = (by: string, webhook: string) => told(world.ask(by, { do: 'removeWebhook', webhook }))
    expect(remove(OTHER, 'hk1')).toEqual({ type: 'noSuchWebhook', asked: 'hk1' })
    expect(remove(ADMIN, 'hk2')).toEqual({ type: 'noSuchWebhook', asked: 'hk2' })
    expect(remove('irc:net:alice', 'hk1')).toMatchObject({ type: 'adminsOnly' })
    expect(remove(ADMIN, 'hk1')).toEqual({ type: 'webhookRemoved', webhook: 'hk1' })
    expect(seen(world, OP)).toEqual([])
  })

  test('that are given up say so to whoever wanted them, without what may be secret in their address', () => {
    const world = site()
    add(world, OP, 'hk1', { all: true })
    world.ask('duffy', { do: 'disableWebhook', webhook: 'hk1' as never, failures: 33, because: 'it answers 500' })
    expect(world.fleet.webhooks.get('hk1' as never)?.disabled).toMatchObject({
      failures: 33,
      because: 'it answers 500',
    })
    const notice = world.notices.find(({ message }) => message.type === 'webhookDisabled')!
    expect(notice.to).toMatchObject({ door: 'irc:net', room: '#ops' })
    const telling = { fleet: world.fleet, at: world.at, say: (line: string) => line, fingerprint: () => 'x' }
    expect(messageSaid(notice.message, telling).room[0]).toBe(
      'Webhook hk1 to user-secret.example.org is given up after 33 failures in a row: it answers 500. Once it is mended, remove it and add it anew: webhooks remove hk1',
    )
    const listed = answer(world.fleet, { by: OP as Identity, at: world.at }, { ask: 'webhooks' })
    expect(answerSaid(listed, telling).person).toEqual([
      `Webhooks: hk1 (everybody, ${URL}, given up after 33 failures: it answers 500). Remove one: webhooks remove hk1`,
    ])
    // Once more changes nothing.
    const before = world.log.flatMap(({ events }) => events).length
    world.ask('duffy', { do: 'disableWebhook', webhook: 'hk1' as never, failures: 34, because: 'x' })
    expect(world.log.flatMap(({ events }) => events).length).toBe(before)
  })

  test('are in the log, without a secret: replaying it gives the same fleet', () => {
    const world = site()
    add(world, ADMIN, 'hk1')
    add(world, ADMIN, 'hk2')
    world.ask(ADMIN, { do: 'removeWebhook', webhook: 'hk2' })
    world.ask('duffy', { do: 'disableWebhook', webhook: 'hk1' as never, failures: 33, because: 'x'.repeat(1000) })
    expect(snapshot(replayed(world.log))).toEqual(snapshot(world.fleet))
    expect(world.fleet.webhooks.get('hk1' as never)?.disabled?.because).toHaveLength(200)
    const telling = { fleet: world.fleet, at: world.at, say: (line: string) => line, fingerprint: () => 'x' }
    expect(outcomeSaid({ type: 'webhookRemoved', webhook: 'hk2' as never }, telling).room[0]).toContain('is removed')
  })
})
