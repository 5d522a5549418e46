import { plannedEnd, type Instant, type RequestId } from '#core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { machinesOf, poolOf, siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, World } from '../kit/world.ts'

/** What a machine that failed is replaced by (docs/decisions/0015-set-aside.md): nothing that is reserved for an hour at which it would not be back. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Nothing takes time but leases, and the grant of one that fails; what failed is gone for good. */
const POOL = poolOf('metal', { steps: ['grant'], failureLimit: 1, probationMs: 48 * HOUR })

interface Booking {
  readonly inMinutes: number
  readonly count: number
  readonly minutes: number
}

interface Life {
  /** Hours that machines are lent for beforehand. */
  readonly lent: readonly number[]
  readonly free: number
  readonly bookings: readonly Booking[]
  /** The lease whose first machines let nobody in. */
  readonly lease: { readonly count: number; readonly failing: number; readonly minutes: number }
}

const minutes = fc.oneof(fc.integer({ min: 5, max: 600 }), fc.constantFrom(30, 60, 120, 240))
const anyLife: fc.Arbitrary<Life> = fc.record({
  lent: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }),
  free: fc.integer({ min: 2, max: 6 }),
  bookings: fc.array(fc.record({ inMinutes: minutes, count: fc.integer({ min: 1, max: 4 }), minutes }), {
    maxLength: 3,
  }),
  lease: fc.record({ count: fc.integer({ min: 1, max: 3 }), failing: fc.integer({ min: 1, max: 3 }), minutes }),
})

/** Up to when machines of the lease fail; `ended`: it is given back then. */
const lived = ({ lent, free, bookings, lease }: Life, ended: boolean) => {
  const world = new World(
    siteOf({
      pools: [POOL],
      machines: machinesOf('metal', 'intel', lent.length + free),
      tenants: ['filler', 'big', 'small'].map((name) => tenantOf(name)),
    }),
  )
  for (const hours of lent) world.get('irc:net:filler', { durationMs: hours * HOUR })
  world.work()
  for (const { inMinutes, count, minutes: lasts } of bookings) {
    const get = { ...PLAIN_GET, count, durationMs: lasts * MINUTE }
    world.ask('irc:net:big', { do: 'reserve', get, from: (world.at + inMinutes * MINUTE) as Instant })
  }
  const got = world.get('irc:net:small', { count: lease.count, durationMs: lease.minutes * MINUTE, queue: false })
  if (got.type !== 'granted') return null
  const { machines } = world.lease(got)
  const failing = machines.slice(0, lease.failing).map(({ machine }) => machine)
  const well = world.perform
  world.perform = (order, run) =>
    failing.includes(run.machine) ? { outcome: 'failed', message: 'no route to host' } : well(order, run)
  const readyBefore = world.fleet.statuses.of('metal/ready')
  world.work()
  world.perform = well
  const kept = world.fleet.leases.get(got.lease)!
  if (ended) world.done('irc:net:small', got.lease)
  return { world, lease: kept, failed: failing.length, readyBefore }
}

/** How many machines nobody needs for what is reserved who would have them until `back`: counted at each start that is before that. */
const spareUntil = ({ fleet }: World, back: number, ready: number): number => {
  const reserved = [...fleet.requests.values()].map(({ demand, durationMs, graceMs, reserved: at }) => ({
    count: demand.count,
    from: at!.from as number,
    until: at!.from + POOL.prepareMs + durationMs + graceMs,
  }))
  const ends = [...fleet.leasesOf.of('filler')].map((lease) => ({
    end: plannedEnd(lease),
    count: lease.machines.length,
  }))
  const spare = reserved
    .filter(({ from }) => from < back)
    .map(({ from: start }) => {
      const needed = reserved.filter(({ from, until }) => from <= start && until > start)
      const given = ends.filter(({ end }) => end <= start)
      return ready + sum(given) - sum(needed)
    })
  return Math.max(0, Math.min(Infinity, ...spare))
}
const sum = (of: readonly { readonly count: number }[]): number => of.reduce((total, { count }) => total + count, 0)

test('a machine that failed is replaced exactly where that leaves what is reserved its machines', () => {
  const seen = { replaced: 0, keptBack: 0 }
  fc.assert(
    fc.property(anyLife, (life) => {
      const came = lived(life, false)
      if (came === null) return
      const { world, lease, failed, readyBefore } = came
      const back = world.at + POOL.prepareMs + life.lease.minutes * MINUTE + POOL.graceMs
      const replaced = Math.min(failed, readyBefore, spareUntil(world, back, readyBefore))
      expect(lease.machines.length).toBe(life.lease.count - failed + replaced)
      seen.replaced += replaced
      seen.keptBack += Math.min(failed, readyBefore) - replaced
    }),
    { numRuns: 400 },
  )
  expect(Math.min(seen.replaced, seen.keptBack)).toBeGreaterThan(20)
})

/** When reservations were served. */
const servedIn = (world: World): ReadonlyMap<RequestId, number> => {
  const starts = [...world.fleet.requests.values()].map(({ reserved }) => reserved!.from)
  for (const start of starts.toSorted((a, b) => a - b)) world.pass(start - world.at)
  world.pass(24 * HOUR)
  return new Map(
    world.log.flatMap(({ at, events }) =>
      events.flatMap((event) => (event.type === 'leaseGranted' ? [[event.request, at] as const] : [])),
    ),
  )
}

test('no reservation begins later for a machine that was replaced', () => {
  let held = 0
  fc.assert(
    fc.property(anyLife, (life) => {
      // What was granted and did not fail was so before: it is not a replacement.
      const all = { ...life, lease: { ...life.lease, failing: life.lease.count } }
      const [with_, without] = [lived(all, false), lived(all, true)]
      if (with_ === null || without === null) return
      const [served, servedWithout] = [servedIn(with_.world), servedIn(without.world)]
      held += with_.lease.machines.length
      for (const [request, at] of servedWithout) expect(served.get(request)).toBeLessThanOrEqual(at)
    }),
    { numRuns: 200 },
  )
  expect(held).toBeGreaterThan(20)
})
