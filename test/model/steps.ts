import fc from 'fast-check'
import {
  openRun,
  type Event,
  type Instant,
  type Machine,
  type Outcome,
  type Refusal,
  type RunResult,
  type Site,
} from '#core'
import { asideIn } from '../kit/aside.ts'
import { PLAIN_GET } from '../kit/world.ts'
import type { Model } from './model.ts'
import { changedSite, TENANTS } from './site.ts'
import { WELL, type Said, type System } from './system.ts'

/** What both worlds have come to: the oracle, and what it judges. */
export interface Life {
  readonly model: Model
  readonly site: Site
  /** Commands with an id, and what they were answered. */
  readonly identified: { readonly said: Said; readonly answer: Outcome | Refusal }[]
  readonly stale: Said[]
  configurations: number
}
export type Step = fc.AsyncCommand<Life, System>

const step = (title: string, run: Step['run']): Step => ({ check: () => true, run, toString: () => title })

const nth = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}

/** Asks, shows the oracle what came of it, and lets it judge. */
const ask = async (life: Life, system: System, ...said: readonly Said[]): Promise<readonly (Outcome | Refusal)[]> => {
  const { model } = life
  const before = new Map([...system.fleet.machines.values()].map((machine) => [machine.name as string, machine]))
  const wasAside = asideIn(system.fleet, system.at as Instant)
  const { answers, events } = await system.ask(...said)
  for (const event of events) model.saw(event)
  const isAside = asideIn(system.fleet, system.at as Instant)
  const open = new Map(before.entries().filter(([, machine]) => !wasAside(machine) && !isAside(machine)))
  const wrong = [...model.faults, ...passedOver(model, { before, open }, events)]
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  answers.forEach((answer, at) => {
    const { id } = said[at]!
    if (id !== undefined) life.identified.push({ said: said[at]!, answer })
  })
  return answers
}

/**
 * Ready machines with fewer attempts than one that was taken instead, of those that are `open`: set aside for nobody. Of several
 * grants in a row only the first shows it.
 */
function* passedOver(
  model: Model,
  { before, open }: Record<'before' | 'open', ReadonlyMap<string, Machine>>,
  events: readonly Event[],
): Generator<string> {
  const granted = events.filter((event) => event.type === 'leaseGranted')
  if (granted.length !== 1 || events.some(({ type }) => type === 'machineReadied' || type === 'machineSupplied')) return
  const [{ request, machines }] = granted as [(typeof granted)[0]]
  const { type, labels, platform } = model.requests.get(request)!.demand
  const taken = machines.map((name) => before.get(name)!)
  for (const other of open.values()) {
    if (
      taken.includes(other) ||
      other.state.status !== 'ready' ||
      other.maintenance !== null ||
      !other.configured ||
      other.type !== type
    )
      continue
    if (!labels.every((label) => other.labels.includes(label))) continue
    if (platform !== 'any' && !taken.some((machine) => machine.platform === other.platform)) continue
    for (const { name, attempts } of taken)
      if (other.attempts < attempts) yield `${name} was taken after ${attempts}, ${other.name} has ${other.attempts}`
  }
}

interface Wish {
  readonly tenant: (typeof TENANTS)[number]
  readonly count: number
  readonly platform: 'same' | 'prefer' | 'any'
  readonly type: 'metal' | 'vm'
  readonly label: boolean
  readonly queue: boolean
  readonly id: number | null
}
const wish: fc.Arbitrary<Wish> = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  count: fc.integer({ min: 1, max: 3 }),
  platform: fc.constantFrom('same', 'prefer', 'any'),
  type: fc.constantFrom('metal', 'metal', 'vm'),
  label: fc.boolean(),
  queue: fc.boolean(),
  id: fc.option(fc.nat(50)),
})
const as = (tenant: string): string => `irc:net:${tenant}`
const got = ({ tenant, count, platform, type, label, queue, id }: Wish): Said => ({
  by: as(tenant),
  command: { ...PLAIN_GET, type, count, platform, queue, labels: label ? ['ssd'] : [] },
  ...(id === null ? {} : { id: `${id} ${JSON.stringify([count, platform, type, label, queue])}` }),
})

const get = wish.map((one) =>
  step(`get ${JSON.stringify(one)}`, async (life, system) => {
    const { model } = life
    const said = got(one)
    if (system.remembers && life.identified.some((known) => isSame(known.said, said))) return
    const held = model.held(one.tenant)
    const [answer] = await ask(life, system, said)
    const isOver = held + one.count > model.quotas.get(one.tenant)!
    if (isOver && (answer!.type === 'granted' || answer!.type === 'waiting')) throw new Error('a quota was ignored')
    if (!isOver && answer!.type === 'overQuota')
      throw new Error(`${one.tenant} holds ${held}: that is within its quota`)
  }),
)

/** Several callers at the same moment. */
const together = fc.array(wish, { minLength: 2, maxLength: 6 }).map((wishes) =>
  step(`together ${JSON.stringify(wishes)}`, async (life, system) => {
    await ask(life, system, ...wishes.map((one) => got({ ...one, id: null })))
  }),
)

/** The network delivers once more what was answered already. */
const again = fc.nat(20).map((which) =>
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

const done = fc.record({ which: fc.nat(20), one: fc.boolean() }).map(({ which, one }) =>
  step(`done ${which}${one ? ' in part' : ''}`, async (life, system) => {
    const { model } = life
    const [id, lease] = nth(model.leases, which) ?? []
    if (id === undefined || lease === undefined) return
    const machine = one ? nth(lease.machines, which) : undefined
    const { entitled } = lease
    await ask(life, system, { by: as(lease.tenant), command: { do: 'done', what: machine ?? id } })
    // The machine itself may be back at once, in place of one that failed: what counts is what the lease is good for.
    const left = model.leases.get(id)?.entitled ?? 0
    if (left > (machine === undefined ? 0 : entitled - 1)) throw new Error(`${id} is still good for ${left}`)
  }),
)

const extend = fc.record({ which: fc.nat(20), hours: fc.integer({ min: 1, max: 30 }) }).map(({ which, hours }) =>
  step(`extend ${which} by ${hours} h`, async (life, system) => {
    const [id, lease] = nth(life.model.leases, which) ?? []
    if (id === undefined || lease === undefined) return
    const command = { do: 'extend', what: id, byMs: hours * 3_600_000 } as const
    const [answer] = await ask(life, system, { by: as(lease.tenant), command })
    if (answer!.type === 'extended' && answer.until <= system.at) throw new Error(`${id} was extended into the past`)
  }),
)

const cancel = fc.nat(20).map((which) =>
  step(`cancel ${which}`, async (life, system) => {
    const [id, request] = nth(life.model.waiting(), which) ?? []
    if (id === undefined || request === undefined) return
    const [answer] = await ask(life, system, { by: as(request.tenant), command: { do: 'cancel', what: id } })
    if (answer!.type !== 'cancelled' || request.state !== 'gone') throw new Error(`${id} was not cancelled`)
  }),
)

/** Who holds no longer, and who never did, change nothing. */
const meddle = fc.record({ which: fc.nat(20), verb: fc.constantFrom('done' as const, 'extend' as const) }).map((odd) =>
  step(`meddle ${odd.verb} ${odd.which}`, async (life, system) => {
    const { model } = life
    const [current, lease] = nth(model.leases, odd.which) ?? []
    const told: Said[] = []
    const command = (what: string): Said['command'] =>
      odd.verb === 'done' ? { do: 'done', what } : { do: 'extend', what, byMs: 60_000 }
    const over = nth(model.ended, odd.which)
    for (const tenant of TENANTS) {
      if (current !== undefined && tenant !== lease!.tenant) told.push({ by: as(tenant), command: command(current) })
      if (over !== undefined) told.push({ by: as(tenant), command: command(over) })
    }
    if (told.length === 0) return
    const { answers, events } = await system.ask(...told)
    if (events.length > 0) throw new Error(`a stranger brought about ${events.map(({ type }) => type).join(', ')}`)
    if (answers.some(({ type }) => type !== 'noSuchLease')) throw new Error('a stranger was listened to')
  }),
)

const finish = fc
  .record({
    which: fc.nat(30),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'failed' as const, 'deadline' as const),
  })
  .map(({ which, outcome }) =>
    step(`finish ${which} ${outcome}`, async (life, system) => {
      const { fleet } = system
      // By name: the numbers of runs depend on the order in which a config lists its machines.
      const busy = [...fleet.machines.values()].filter((machine) => {
        const run = openRun(machine)
        return run !== null && fleet.runs.need(run).dueAt <= system.at
      })
      const machine = nth(
        busy.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        which,
      )
      if (machine === undefined) return
      const { id: run, fence } = fleet.runs.need(openRun(machine)!)
      const result: RunResult = outcome === 'ok' ? WELL : { outcome, message: 'it did not' }
      const said: Said = { by: 'duffy', command: { do: 'finishRun', run, fence, result } }
      await ask(life, system, said)
      life.stale.push(said)
    }),
  )

/** A result that comes twice, or after its machine went on. */
const late = fc.nat(30).map((which) =>
  step(`late ${which}`, async (life, system) => {
    const said = nth(life.stale, which)
    if (said === undefined) return
    const { answers, events } = await system.ask(said)
    if (events.length > 0 || answers[0]!.type !== 'staleRun') throw new Error('a late result changed something')
  }),
)

const sweep = fc.integer({ min: 1, max: 90 }).map((minutes) =>
  step(`sweep after ${minutes} min`, async (life, system) => {
    system.at += minutes * 60_000
    await ask(life, system, { by: 'duffy', command: { do: 'sweep' } })
  }),
)

const configure = fc
  .record({ quotas: fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6)), keep: fc.integer({ min: 1, max: 4 }) })
  .map(({ quotas, keep }) =>
    step(`configure quotas ${quotas.join(' ')} and ${keep} of each`, async (life, system) => {
      life.configurations += 1
      const site = changedSite(life.site, { digest: `model ${life.configurations}`, quotas, keep })
      life.model.configured(site)
      await ask(life, system, { by: 'duffy', command: { do: 'configure', site } })
    }),
  )

/** Now or from some minutes on, for good or for a while. */
const maintain = fc
  .record({ which: fc.nat(20), inMinutes: fc.constantFrom(0, 0, 60, 240), minutes: fc.constantFrom(null, 30, 120) })
  .map(({ which, inMinutes, minutes }) =>
    step(`maintain ${which} in ${inMinutes} for ${minutes}`, async (life, system) => {
      const what = nth(life.model.machines.keys(), which)
      if (what === undefined) return
      const from = inMinutes === 0 ? null : ((system.at + inMinutes * 60_000) as Instant)
      const forMs = minutes === null ? null : minutes * 60_000
      const command = { do: 'setMaintenance', what, from, until: null, forMs, reason: 'as chance has it' } as const
      await ask(life, system, { by: 'duffy', command })
    }),
  )

const lift = fc.nat(20).map((which) =>
  step(`lift ${which}`, async (life, system) => {
    const what = nth(life.model.machines.keys(), which)
    if (what !== undefined) await ask(life, system, { by: 'duffy', command: { do: 'endMaintenance', what } })
  }),
)

/** A refusal that no commit came after is not on disk: it changed nothing, and its repeat is decided anew. */
const restart = fc.constant(
  step('restart', async (life, system) => {
    await system.restart()
    const kept = life.identified.filter(({ answer }) => answer.type === 'granted' || answer.type === 'waiting')
    life.identified.splice(0, life.identified.length, ...kept)
  }),
)

/** Named once for each share of a life that it takes. */
export const arbitrarySteps = fc.commands<Life, System, true>(
  [
    get,
    get,
    get,
    get,
    together,
    again,
    done,
    done,
    extend,
    cancel,
    meddle,
    finish,
    finish,
    finish,
    finish,
    finish,
  ].concat([late, sweep, configure, restart, maintain, lift, lift]) as never,
  { maxCommands: 60, size: 'max' },
)
