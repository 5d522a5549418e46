import fc from 'fast-check'
import { openRun, type Instant, type RunResult } from '#core'
import { ask, nth, step } from './life.ts'
import { changedSite } from './site.ts'
import { WELL, type Said } from './system.ts'

export const finish = fc
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
export const late = fc.nat(30).map((which) =>
  step(`late ${which}`, async (life, system) => {
    const said = nth(life.stale, which)
    if (said === undefined) return
    const { answers, events } = await system.ask(said)
    if (events.length > 0 || answers[0]!.type !== 'staleRun') throw new Error('a late result changed something')
  }),
)

export const sweep = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 90 }) },
    { weight: 1, arbitrary: fc.integer({ min: 300, max: 1_500 }) },
  )
  .map((minutes) =>
    step(`sweep after ${minutes} min`, async (life, system) => {
      system.at += minutes * 60_000
      await ask(life, system, { by: 'duffy', command: { do: 'sweep' } })
    }),
  )

export const configure = fc
  .record({
    quotas: fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6)),
    keep: fc.integer({ min: 1, max: 4 }),
    guests: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  })
  .map(({ quotas, keep, guests }) =>
    step(`configure quotas ${quotas.join(' ')}, ${keep} of each, guests ${guests.join(' ')}`, async (life, system) => {
      life.configurations += 1
      const site = changedSite(life.site, { digest: `model ${life.configurations}`, quotas, keep, guests })
      life.model.configured(site)
      await ask(life, system, { by: 'duffy', command: { do: 'configure', site } })
    }),
  )

/** Now or from some minutes on, for good or for a while, once or over and over. */
export const maintain = fc
  .record({
    which: fc.nat(20),
    inMinutes: fc.constantFrom(0, 0, 60, 240),
    minutes: fc.constantFrom(null, 30, 120),
    everyHours: fc.constantFrom(null, null, 6, 24),
  })
  .map(({ which, inMinutes, minutes, everyHours }) =>
    step(`maintain ${which} in ${inMinutes} for ${minutes}, every ${everyHours} h`, async (life, system) => {
      const what = nth(life.model.machines.names(), which)
      if (what === undefined) return
      const from = inMinutes === 0 ? null : ((system.at + inMinutes * 60_000) as Instant)
      const forMs = minutes === null ? null : minutes * 60_000
      const window = { from, until: null, forMs, reason: 'as chance has it' }
      const first = (system.at + inMinutes * 60_000) as Instant
      const again = everyHours !== null && forMs !== null
      const every = again ? { from: first, everyMs: everyHours * 3_600_000 } : null
      const command = { do: 'setMaintenance', what, ...window, ...(again && { from: null }), every } as const
      await ask(life, system, { by: 'duffy', command })
    }),
  )

export const lift = fc.record({ which: fc.nat(20), every: fc.boolean() }).map(({ which, every }) =>
  step(`lift ${which}${every ? ' for good' : ''}`, async (life, system) => {
    const what = nth(life.model.machines.names(), which)
    if (what !== undefined) await ask(life, system, { by: 'duffy', command: { do: 'endMaintenance', what, every } })
  }),
)

/** A refusal that no commit came after is not on disk: it changed nothing, and its repeat is decided anew. */
export const restart = fc.constant(
  step('restart', async (life, system) => {
    await system.restart()
    const kept = life.identified.filter(({ answer }) => answer.type === 'granted' || answer.type === 'waiting')
    life.identified.splice(0, life.identified.length, ...kept)
  }),
)
