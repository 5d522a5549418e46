import {
  DEFAULT_LIMITS,
  type Command,
  type GetCommand,
  type Identity,
  type Instant,
  type RunResult,
  type Site,
  type TenantName,
  MINUTE,
} from '#core'
import fc from 'fast-check'
import { machinesOf, platformOf, poolOf, siteOf, tenantOf } from './site.ts'
import { PLAIN_GET, type World } from './world.ts'

/**
 * A small site that more want to use than it can serve, and what may happen to it in any order: lives in which the order of
 * service, what is set aside, what is reserved and what goes into maintenance all get in each other's way.
 */

const TENANTS = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
/** Each is passed over so often at most: soon many are before everybody. */
const OVERTAKEN_MOST = 3

export const CROWDED_SITE: Site = siteOf({
  limits: { ...DEFAULT_LIMITS, overtakenMost: OVERTAKEN_MOST },
  platforms: [
    platformOf('one', { vendor: 'intel' }),
    platformOf('two', { vendor: 'intel', model: 'two' }),
    platformOf('three', { vendor: 'amd' }),
  ],
  pools: [
    poolOf('metal', {
      chassis: 'spread',
      graceMs: 20 * MINUTE,
      steps: ['provision', 'grant', 'revoke', 'recycle', 'check'],
    }),
    poolOf('spare', { ready: 1, afterLease: 'shutdown', prepareMs: 40 * MINUTE }),
    poolOf('vm', { type: 'vm', steps: ['revoke', 'recycle', 'check'] }),
  ],
  machines: [
    ...machinesOf('metal', 'one', 3, ['ssd']).map((machine, index) => ({ ...machine, chassis: `c${index % 2}` })),
    ...renamed('gpu', machinesOf('metal', 'one', 2, ['gpu', 'ssd'])),
    ...machinesOf('metal', 'two', 2),
    ...machinesOf('spare', 'three', 3, ['ssd']),
    ...renamed('vm', machinesOf('vm', 'one', 2)),
    ...renamed('vm', machinesOf('vm', 'three', 2, ['ssd'])),
  ],
  tenants: TENANTS.map((name, index) =>
    tenantOf(name, { quota: 3 + index * 3, weight: 1 + (index % 3), priority: index }),
  ),
})

function renamed(prefix: string, machines: Site['machines']): Site['machines'] {
  return machines.map((machine) => ({ ...machine, name: `${prefix}-${machine.name}` as typeof machine.name }))
}

const wish = fc.record({
  tenant: fc.nat(TENANTS.length - 1),
  count: fc.constantFrom(1, 1, 1, 2, 2, 3, 4),
  platform: fc.constantFrom('same' as const, 'prefer' as const, 'any' as const, 'any' as const),
  type: fc.constantFrom('metal', 'metal', 'metal', 'spare', 'vm'),
  labels: fc.constantFrom<readonly string[]>([], [], ['ssd'], ['gpu']),
  chassis: fc.constantFrom(null, null, 'spread' as const, 'pack' as const),
  minutes: fc.constantFrom(5, 20, 60, 60, 240, 600),
  preferMinutes: fc.constantFrom(0, 10, 45),
  priority: fc.nat(4),
  /** Whether its place is kept while nobody waits at it. */
  kept: fc.constantFrom(true, false, false),
})
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never

/** `which`: one of all that there are. `minutes`: from now. */
export type Happening =
  | { readonly act: 'get'; readonly wish: Wish }
  | { readonly act: 'reserve'; readonly wish: Wish; readonly minutes: number }
  | { readonly act: 'window' | 'extend' | 'hold'; readonly which: number; readonly minutes: number }
  | { readonly act: 'done'; readonly which: number }
  | { readonly act: 'cancel' | 'leave' | 'endWindow'; readonly which: number }
  | { readonly act: 'run'; readonly which: number; readonly ok: boolean }
  | { readonly act: 'terms'; readonly tenant: number; readonly quota: number; readonly priority: number }
  | { readonly act: 'home'; readonly tenant: number; readonly platform: string }
  | { readonly act: 'pass'; readonly minutes: number }

const which = fc.nat(40)
const tenant = fc.nat(TENANTS.length - 1)
const act = <A extends string>(...names: A[]) => fc.constantFrom(...names)

/** `planned`: whether machines are reserved and go into maintenance, which changes how much can be known beforehand. */
export const happenings = ({ planned, most = 90 }: { readonly planned: boolean; readonly most?: number }) =>
  fc.array(
    fc.oneof<fc.WeightedArbitrary<Happening>[]>(
      { weight: 14, arbitrary: fc.record({ act: act('get'), wish }) },
      {
        weight: 10,
        arbitrary: fc.record({ act: act('run'), which, ok: fc.constantFrom(true, true, true, true, false) }),
      },
      { weight: 5, arbitrary: fc.record({ act: act('done', 'done', 'cancel', 'leave', 'leave'), which }) },
      {
        weight: 1,
        arbitrary: fc.record({ act: act('extend', 'hold'), which, minutes: fc.integer({ min: 5, max: 300 }) }),
      },
      { weight: 3, arbitrary: fc.record({ act: act('pass'), minutes: fc.integer({ min: 1, max: 40 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          act: act('terms'),
          tenant,
          quota: fc.integer({ min: 1, max: 15 }),
          priority: fc.nat(4),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ act: act('home'), tenant, platform: fc.constantFrom('one', 'two', 'three') }),
      },
      {
        weight: planned ? 2 : 0,
        arbitrary: fc.record({ act: act('reserve'), wish, minutes: fc.integer({ min: 30, max: 600 }) }),
      },
      {
        weight: planned ? 2 : 0,
        arbitrary: fc.record({ act: act('window'), which, minutes: fc.integer({ min: 30, max: 600 }) }),
      },
      { weight: planned ? 1 : 0, arbitrary: fc.record({ act: act('endWindow'), which }) },
    ),
    { minLength: 15, maxLength: most, size: 'max' },
  )

/** What it comes to; null: nothing that it could be about is there. */
export const commandOf = (
  { fleet, at }: World,
  happening: Exclude<Happening, { act: 'pass' }>,
): { readonly by: Identity; readonly command: Command } | null => {
  const from = (minutes: number): Instant => (at + minutes * MINUTE) as Instant
  switch (happening.act) {
    case 'get':
      return { by: person(happening.wish.tenant), command: getOf(happening.wish) }
    case 'reserve': {
      const { wish: wanted, minutes } = happening
      return { by: person(wanted.tenant), command: { do: 'reserve', get: getOf(wanted), from: from(minutes) } }
    }
    case 'window': {
      const { name } = pick(fleet.machines.values(), happening.which)!
      const start = from(happening.minutes)
      const until = (start + 60 * MINUTE) as Instant
      return byDuffy({ do: 'setMaintenance', what: name, from: start, until, forMs: null, reason: '' })
    }
    case 'endWindow': {
      const machine = pick(fleet.windows.of('still'), happening.which)
      return machine === undefined ? null : byDuffy({ do: 'endMaintenance', what: machine.name })
    }
    case 'extend':
    case 'hold':
    case 'done': {
      const lease = pick(fleet.leases.values(), happening.which)
      if (lease === undefined) return null
      const by = `irc:net:${lease.tenant}` as Identity
      if (happening.act === 'done') return { by, command: { do: 'done', what: lease.id } }
      const { act: verb, minutes } = happening
      const ms = minutes * MINUTE
      if (verb === 'extend') return { by, command: { do: 'extend', what: lease.id, byMs: ms } }
      return { by, command: { do: 'hold', what: lease.id, forMs: ms, reason: '' } }
    }
    case 'cancel': {
      const request = pick(fleet.requests.values(), happening.which)
      if (request === undefined) return null
      return { by: `irc:net:${request.tenant}` as Identity, command: { do: 'cancel', what: request.id } }
    }
    case 'leave': {
      const request = pick(fleet.requests.values(), happening.which)
      return request === undefined ? null : byDuffy({ do: 'leavePlaces', requests: [request.id] })
    }
    case 'run': {
      const run = pick(fleet.runs.values(), happening.which)
      if (run === undefined || run.dueAt > at) return null
      const result: RunResult = happening.ok
        ? { outcome: 'ok', report: { address: 'a', port: 1 } }
        : { outcome: 'failed', message: 'no' }
      return byDuffy({ do: 'finishRun', run: run.id, fence: run.fence, result })
    }
    case 'terms': {
      const { quota, priority } = happening
      return byDuffy({ do: 'setTenant', tenant: tenantNamed(happening.tenant), terms: { quota, priority }, keys: null })
    }
    case 'home':
      return {
        by: person(happening.tenant),
        command: { do: 'moveHome', type: 'metal', platform: happening.platform, tenant: null },
      }
  }
}

/** Lets it happen to a world; time passes as it says. */
export const happen = (world: World, happening: Happening): void => {
  if (happening.act === 'pass') {
    world.at = (world.at + happening.minutes * MINUTE) as Instant
    return void world.ask('duffy', { do: 'sweep' })
  }
  const asked = commandOf(world, happening)
  if (asked !== null) world.ask(asked.by, asked.command)
}

const tenantNamed = (index: number): TenantName => TENANTS[index] as string as TenantName
const person = (index: number): Identity => `irc:net:${TENANTS[index]}` as Identity
const byDuffy = (command: Command) => ({ by: 'duffy' as Identity, command })

const getOf = ({
  type,
  count,
  platform,
  labels,
  chassis,
  minutes,
  preferMinutes,
  priority,
  kept,
  tenant: index,
}: Wish): GetCommand => ({
  ...PLAIN_GET,
  ...{ type, count, platform, labels, chassis },
  durationMs: minutes * MINUTE,
  preferMs: preferMinutes * MINUTE,
  priority: Math.min(priority, index),
  ...(kept && { keepAs: 'again', pollWithinMs: 600 * MINUTE }),
})

const pick = <T>(items: Iterable<T>, at: number): T | undefined => {
  const all = [...items]
  return all[at % all.length]
}
