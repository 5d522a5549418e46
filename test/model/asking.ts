import fc from 'fast-check'
import { CHASSIS_RULES, type ChassisRule, type GetCommand, type RequestId, type TenantName } from '#core'
import { PLAIN_GET } from '../kit/world.ts'
import { ask, nth, ownerOf, step } from './life.ts'
import { guestOf, memberOf, TENANTS } from './site.ts'
import type { Said } from './system.ts'

interface Wish {
  readonly tenant: (typeof TENANTS)[number]
  readonly guest: boolean
  readonly count: number
  readonly platform: 'same' | 'prefer' | 'any'
  readonly type: 'metal' | 'vm'
  readonly label: boolean
  readonly chassis: ChassisRule | null
  readonly priority: number
  readonly pollMs: number | null
  readonly queue: boolean
  readonly id: number | null
}
const wish: fc.Arbitrary<Wish> = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  guest: fc.constantFrom(false, false, true),
  count: fc.integer({ min: 1, max: 3 }),
  platform: fc.constantFrom('same', 'prefer', 'any'),
  type: fc.constantFrom('metal', 'metal', 'vm'),
  label: fc.boolean(),
  chassis: fc.constantFrom(null, null, ...CHASSIS_RULES),
  priority: fc.constantFrom(0, 0, 0, 1, 2),
  pollMs: fc.constantFrom(null, null, 30 * 60_000),
  queue: fc.boolean(),
  id: fc.option(fc.nat(50)),
})
const commandOf = ({ count, platform, type, label, chassis, priority, pollMs, queue }: Wish): GetCommand => ({
  ...PLAIN_GET,
  type,
  count,
  platform,
  chassis,
  priority,
  queue,
  pollWithinMs: pollMs,
  labels: label ? ['ssd'] : [],
})
const got = (one: Wish): Said => {
  const command = commandOf(one)
  return {
    by: one.guest ? guestOf(one.tenant) : memberOf(one.tenant),
    command,
    ...(one.id === null ? {} : { id: `${one.id} ${JSON.stringify(command)}` }),
  }
}

const getOf = (one: Wish) =>
  step(`get ${JSON.stringify(one)}`, async (life, system) => {
    const { model } = life
    const said = got(one)
    if (system.remembers && life.identified.some((known) => isSame(known.said, said))) return
    const held = model.held(one.tenant)
    const [answer] = await ask(life, system, said)
    const isOver = held + one.count > model.quota(one.tenant)
    if (isOver && (answer!.type === 'granted' || answer!.type === 'waiting')) throw new Error('a quota was ignored')
    const speaks = model.tenants.get(one.tenant)!.members.includes(said.by)
    if (speaks === (answer!.type === 'stranger'))
      throw new Error(`${said.by} ${speaks ? 'was not' : 'was'} listened to`)
    if (!isOver && answer!.type === 'overQuota')
      throw new Error(`${one.tenant} holds ${held}: that is within its quota`)
  })

export const get = wish.map(getOf)

/** One machine of any kind, or a place in line: what everybody wants, so that there is a line. */
export const queueUp = wish.map((one) =>
  getOf({ ...one, guest: false, count: 1, platform: 'any', type: 'metal', label: false, queue: true, id: null }),
)

/** Several callers at the same moment. */
export const together = fc.array(wish, { minLength: 2, maxLength: 6 }).map((wishes) =>
  step(`together ${JSON.stringify(wishes)}`, async (life, system) => {
    await ask(life, system, ...wishes.map((one) => got({ ...one, id: null })))
  }),
)

/** All parts in the decision that answers, or nothing. */
export const getAll = fc.tuple(wish, wish, wish).map((wishes) =>
  step(`get all ${JSON.stringify(wishes)}`, async (life, system) => {
    const { model } = life
    const { by } = got(wishes[0])
    const parts = wishes.map((one) => commandOf(one))
    const known = model.requests.size
    const [answer] = await ask(life, system, { by, command: { do: 'getAll', parts } })
    const made = [...model.requests.values()].slice(known)
    const granted = made.filter(({ state }) => state === 'granted')
    const expected = answer!.type === 'granted' ? parts.length : 0
    if (made.length !== expected || granted.length !== expected)
      throw new Error(
        `${answer!.type}: of ${parts.length} parts ${made.length} were asked for, ${granted.length} granted`,
      )
  }),
)

/** The network delivers once more what was answered already. */
export const again = fc.nat(20).map((which) =>
  step(`again ${which}`, async (life, system) => {
    const known = nth(life.identified, which)
    if (!system.remembers || known === undefined) return
    const { answers, events } = await system.ask(known.said)
    if (events.length > 0) throw new Error(`a repeat led to ${events.map(({ type }) => type).join(', ')}`)
    if (JSON.stringify(answers[0]) !== JSON.stringify(known.answer))
      throw new Error('a repeat was answered differently')
  }),
)
const isSame = (a: Said, b: Said): boolean => a.by === b.by && a.id !== undefined && a.id === b.id

export const cancel = fc.nat(20).map((which) =>
  step(`cancel ${which}`, async (life, system) => {
    const [id, request] = nth(life.model.waiting(), which) ?? []
    if (id === undefined || request === undefined) return
    const command = { do: 'cancel', what: id } as const
    const [answer] = await ask(life, system, { by: ownerOf(life, request)!, command })
    if (answer!.type !== 'cancelled' || request.state !== 'gone') throw new Error(`${id} was not cancelled`)
  }),
)

/** The connection that asked closes: before an answer, as far as Duffy knows. */
export const leave = fc.nat(40).map((which) =>
  step(`leave ${which}`, async (life, system) => {
    const { model } = life
    const [id, request] = nth(model.requests, which) ?? []
    if (id === undefined || request === undefined) return
    const [lease, { since } = { since: null }] = [...model.leases].find(([, { asked }]) => asked === request) ?? []
    const command = { do: 'leave', request: id as RequestId, tenant: request.tenant as TenantName } as const
    await ask(life, system, { by: 'duffy', command })
    if (request.state === 'waiting') throw new Error(`${id} waits on, and nobody is there`)
    if (lease !== undefined && model.leases.has(lease) !== (since !== null))
      throw new Error(`${lease} ${since === null ? 'stayed, and nobody knows of it' : 'was taken from its holder'}`)
  }),
)

/** Somebody asks how a request stands. */
export const look = fc.nat(20).map((which) =>
  step(`look ${which}`, async (life, system) => {
    const [id] = nth(life.model.waiting(), which) ?? []
    if (id === undefined) return
    const polls = [{ request: id as RequestId, at: system.at as never }]
    await ask(life, system, { by: 'duffy', command: { do: 'notePolls', polls } })
  }),
)
