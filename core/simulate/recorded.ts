import type { RecordBody } from '../audit.ts'
import type { Site } from '../site.ts'
import type { Event } from '../event.ts'
import { evolve } from '../evolve/index.ts'
import { Fleet } from '../fleet.ts'
import type { Instant, LeaseId, RequestId, TenantName } from '../id.ts'
import type { MachineType } from '../machine.ts'
import type { MachineRequest } from '../request.ts'
import { chanceFrom } from './chance.ts'
import type { Figures } from './figures.ts'
import type { Act, LoadRequest, Use } from './load.ts'
import { siteOf } from './site-of.ts'
import { StepRecorder } from './step-recorder.ts'
import { Tally } from './tally.ts'
import { copyOf, type Ground } from './what-if.ts'

/** What a site's log says of a stretch of time, to be lived through again. */
export interface Recorded {
  readonly ground: Ground
  /** The site as it is at the end, its tenants with the terms that they have by then. */
  readonly site: Site
  /** What really came of it. Refusals are not among it: the log has none. */
  readonly happened: Figures
  /** Commands of the stretch that changed the site or a tenant's terms. */
  readonly siteChanges: number
}

/** What somebody did with what they asked for, as far as it is known. */
interface Story {
  readonly tenant: TenantName
  readonly type: MachineType
  readonly askedAt: Instant
  /** Since when they could log in; null: they never could. */
  since: Instant | null
  usedMs: number | null
  patienceMs: number | null
  readonly acts: Act[]
}

/** Shown all records of a log in order, keeps what it takes to live through a stretch of it again. */
export class Recorder {
  readonly #from: Instant
  readonly #fleet = new Fleet()
  readonly #steps = new StepRecorder()
  readonly #stories = new Map<RequestId | LeaseId, Story>()
  readonly #requests: { readonly request: Asked; readonly story: Story }[] = []
  readonly #standing = new Map<RequestId | LeaseId, Story>()
  #start: { readonly fleet: Fleet; readonly tally: Tally; readonly at: Instant } | null = null
  #at: Instant
  #siteChanges = 0

  constructor(from: Instant) {
    this.#from = from
    this.#at = from
  }

  add({ at, do: does, events }: RecordBody): void {
    const isFirst = this.#fleet.machines.size === 0
    if (this.#start === null && at >= this.#from) this.#begin(at)
    if (this.#start !== null) {
      this.#start.tally.pass(this.#at, at)
      this.#start.tally.decided(events.length)
      this.#siteChanges += Number(!isFirst && SITE_CHANGES.has(does))
    }
    this.#at = at
    for (const event of events) {
      if (this.#start !== null) this.#follow(event, at)
      evolve(this.#fleet, event, at)
      this.#start?.tally.see(event, at)
    }
    this.#fleet.journal.keep()
    // The first record of all makes the machines whose wear is counted.
    if (isFirst) this.#start?.tally.begin()
  }

  /** Null if nothing was recorded from the start of the stretch on. */
  end(until: Instant, seed: number): Recorded | null {
    if (this.#start === null) return null
    const { fleet, tally, at } = this.#start
    tally.pass(this.#at, until)
    this.#steps.end(until)
    const useOf = usesOf([...this.#requests.map(({ story }) => story), ...this.#standing.values()], seed)
    const load = this.#requests.map(({ request, story }): LoadRequest => ({ ...request, ...useOf(story) }))
    const standing = new Map([...this.#standing].map(([id, story]) => [id, useOf(story)]))
    const steps = this.#steps
    return {
      ground: { fleet, from: at, countFrom: at, until, load, standing, steps: () => steps.model(), seed },
      site: siteOf(this.#fleet),
      happened: tally.figures(until),
      siteChanges: this.#siteChanges,
    }
  }

  /** At the first record of the stretch, so that nothing is lived through before there was anything. */
  #begin(first: Instant): void {
    const at = this.#fleet.machines.size === 0 ? first : this.#from
    const fleet = copyOf(this.#fleet)
    const tally = new Tally(this.#fleet, at)
    tally.begin()
    this.#at = at
    this.#start = { fleet, tally, at }
    for (const run of fleet.runs.values()) this.#steps.owed(fleet, run, at)
    for (const request of fleet.requests.values()) this.#standing.set(request.id, this.#open(request))
    for (const { id, tenant, demand, grantedAt, state } of fleet.leases.values()) {
      const since = state.status === 'active' ? state.since : null
      const story = { tenant, type: demand.type, askedAt: grantedAt, since, usedMs: null, patienceMs: null, acts: [] }
      this.#stories.set(id, story)
      this.#standing.set(id, story)
    }
  }

  #open({ id, tenant, demand, askedAt }: Pick<MachineRequest, 'id' | 'tenant' | 'demand' | 'askedAt'>): Story {
    const story = { tenant, type: demand.type, askedAt, since: null, usedMs: null, patienceMs: null, acts: [] }
    this.#stories.set(id, story)
    return story
  }

  /** Before it happens to the fleet. */
  #follow(event: Event, at: Instant): void {
    if (event.type === 'runOwed') this.#steps.owed(this.#fleet, event.run, at)
    else if (event.type === 'runEnded') this.#steps.ended(event.run, at, event.result.outcome === 'ok')
    else if (event.type === 'runDropped') this.#steps.dropped(event.run, at)
    else if (event.type === 'requestMade') {
      const { tenant, demand, durationMs, priority } = event.request
      this.#requests.push({ request: { at, tenant, demand, durationMs, priority }, story: this.#open(event.request) })
    } else if (event.type === 'requestCancelled')
      this.#tell(event.request, (story) => void (story.patienceMs = at - story.askedAt))
    else if (event.type === 'leaseGranted')
      this.#tell(event.request, (story) => void this.#stories.set(event.lease, story))
    else if (event.type === 'leaseActivated') this.#tell(event.lease, (story) => void (story.since = at))
    else if (event.type === 'leaseExtended') {
      const { state } = this.#fleet.leases.need(event.lease)
      const before = state.status === 'active' ? Math.max(state.until, at) : at
      this.#act(event.lease, at, { do: 'extend', byMs: event.until - before })
    } else if (event.type === 'leaseShortened') this.#act(event.lease, at, { do: 'shorten', toMs: event.until - at })
    else if (event.type === 'leaseHeld') this.#act(event.lease, at, { do: 'hold', forMs: event.until - at })
    else if (event.type === 'machineLeft' && event.how === 'returned') this.#act(event.lease, at, { do: 'giveBack' })
    else if (event.type === 'leaseEnded')
      this.#tell(event.lease, (story) => {
        if (story.since !== null && event.how === 'done') story.usedMs = at - story.since
      })
  }

  #tell(id: RequestId | LeaseId, change: (story: Story) => void): void {
    const story = this.#stories.get(id)
    if (story !== undefined) change(story)
  }

  #act(lease: LeaseId, at: Instant, act: Act['act']): void {
    this.#tell(lease, ({ since, acts }) => {
      if (since !== null) acts.push({ afterMs: at - since, act })
    })
  }
}

type Asked = Omit<LoadRequest, keyof Use>

const SITE_CHANGES: ReadonlySet<RecordBody['do']> = new Set([
  'configure',
  'addTenant',
  'setTenant',
  'retireTenant',
  'reviveTenant',
])

/**
 * How long those would have used what they asked for who never could log in, and may in another scenario: as long as somebody
 * of the same tenant used a machine of the type, or, if there is none, anybody.
 */
const usesOf = (stories: readonly Story[], seed: number): ((story: Story) => Use) => {
  const chance = chanceFrom(seed)
  const known = new Map<string, (number | null)[]>()
  const note = (key: string, used: number | null): void => {
    const uses = known.get(key)
    if (uses === undefined) known.set(key, [used])
    else uses.push(used)
  }
  for (const { tenant, type, since, usedMs } of stories) {
    if (since === null) continue
    note(`${tenant} ${type}`, usedMs)
    note(type, usedMs)
  }
  return ({ tenant, type, since, usedMs, patienceMs, acts }) => {
    if (since !== null) return { usedMs, patienceMs, acts }
    const uses = known.get(`${tenant} ${type}`) ?? known.get(type)
    return { usedMs: uses === undefined ? null : chance.pick(uses), patienceMs, acts }
  }
}
