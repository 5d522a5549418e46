import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderOf, type Command, type Instant, type RequestId, type RunId } from '#core'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, World } from '../kit/world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const TENANTS = ['alice', 'bob', 'carol'] as const
/** Letting in takes up to a quarter of an hour, and making clean up to five minutes. */
const POOL = poolOf('metal', {
  steps: ['grant', 'revoke', 'recycle'],
  prepareMs: 15 * MINUTE,
  deadlineMs: { ...poolOf('metal').deadlineMs, grant: 15 * MINUTE, revoke: MINUTE, recycle: 4 * MINUTE },
})
const SITE = siteOf({
  pools: [POOL],
  machines: machinesOf('metal', 'intel', 4),
  tenants: TENANTS.map((name) => tenantOf(name, { holds: 100 })),
})

const tenant = fc.constantFrom(...TENANTS)
const count = fc.integer({ min: 1, max: 3 })
const minutes = fc.constantFrom(20, 20, 30, 60, 90, 240)
const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant('get' as const), tenant, count, minutes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('reserve' as const),
      tenant,
      count,
      minutes,
      ahead: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 300 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('done' as const, 'extend' as const), which: fc.nat(20), minutes }),
  },
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

/** Whoever extends what they hold may do so at the cost of what they themselves have reserved. */
const asked = ({ fleet, at }: World, step: Step): { readonly by: string; readonly command: Command } | null => {
  if (step.act === 'get' || step.act === 'reserve') {
    const get = { ...PLAIN_GET, count: step.count, durationMs: step.minutes * MINUTE }
    const from = (at + (step.act === 'reserve' ? step.ahead : 0) * MINUTE) as Instant
    return { by: `irc:net:${step.tenant}`, command: step.act === 'get' ? get : { do: 'reserve', get, from } }
  }
  const leases = [...fleet.leases.values()]
  const lease = leases[step.which % Math.max(1, leases.length)]
  if (lease === undefined) return null
  const by = `irc:net:${lease.tenant}`
  if (step.act === 'done') return { by, command: { do: 'done', what: lease.id } }
  if ([...fleet.reservations.of('metal')].some((one) => one.tenant === lease.tenant)) return null
  return { by, command: { do: 'extend', what: lease.id, byMs: step.minutes * MINUTE } }
}

/** Runs end in good time, each after its own part of the longest that it may take; whatever is due is done at once. */
class Slow {
  readonly world = new World(SITE)
  readonly #ends = new Map<RunId, number>()
  readonly #parts: readonly number[]
  #run = 0

  constructor(parts: readonly number[]) {
    this.#parts = parts
  }

  /** Which reservations were late meanwhile. */
  pass(until: number): RequestId[] {
    const { world } = this
    const late: RequestId[] = []
    for (let next = this.#next(); next <= until; next = this.#next()) {
      world.at = Math.max(world.at, next) as Instant
      for (const [id, end] of this.#ends) if (end <= world.at) this.#finish(id)
      world.ask('duffy', { do: 'sweep' })
      for (const { id, reserved } of world.fleet.reservations.of('metal')) if (reserved!.from <= world.at) late.push(id)
    }
    world.at = until as Instant
    world.ask('duffy', { do: 'sweep' })
    return late
  }

  #next(): number {
    const { fleet } = this.world
    this.#begin()
    const [reserved] = fleet.reservations.of('metal')
    const lease = fleet.dueLeases.first('all')
    return Math.min(reserved?.reserved?.from ?? Infinity, lease?.dueAt ?? Infinity, ...this.#ends.values())
  }

  #begin(): void {
    const { fleet, at } = this.world
    for (const id of this.#ends.keys()) if (!fleet.runs.has(id)) this.#ends.delete(id)
    for (const { id, step } of fleet.runs.values()) {
      if (this.#ends.has(id)) continue
      const part = this.#parts[this.#run++ % this.#parts.length]!
      this.#ends.set(id, at + Math.floor(part * (POOL.deadlineMs[step] - 1)))
    }
  }

  #finish(id: RunId): void {
    const { world } = this
    const run = world.fleet.runs.get(id)
    this.#ends.delete(id)
    if (run === undefined) return
    const result = world.perform(orderOf(world.fleet, run), run)
    world.ask('duffy', { do: 'finishRun', run: id, fence: run.fence, result })
  }
}

test('what is reserved begins at its instant, however long it takes to let anybody in and to make machines clean', () => {
  let reserved = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyStep, fc.constantFrom(0, 0, 1, 5, 20, 60)), { minLength: 5, maxLength: 40, size: 'max' }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
      (steps, parts) => {
        const slow = new Slow(parts)
        const { world } = slow
        for (const [step, passing] of steps) {
          const said = asked(world, step)
          if (said !== null && world.ask(said.by, said.command).type === 'accepted' && step.act === 'reserve')
            reserved += 1
          expect(slow.pass(world.at + passing * MINUTE)).toEqual([])
        }
        expect(slow.pass(world.at + 12 * HOUR)).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
  expect(reserved).toBeGreaterThan(50)
})
