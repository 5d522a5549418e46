import type { Event, GetCommand, Site } from '#core'
import { Machines } from './machines.ts'

export interface Asked {
  readonly tenant: string
  /** The person's id. */
  readonly by: string
  readonly demand: Pick<GetCommand, 'count' | 'platform' | 'labels'> & {
    readonly type: string
    readonly chassis: string | null
  }
  readonly priority: number
  /** The older the smaller. */
  readonly number: number
  /** From its grant until its machines are its tenant's no more, at least. */
  readonly lastsMs: number
  readonly pollMs: number | null
  seenAt: number
  state: 'waiting' | 'granted' | 'gone'
  /** Machines granted to others since. */
  overtaken: number
}

/** A lease, by what it entitles its tenant to and what it has. */
interface Granted {
  readonly tenant: string
  readonly asked: Asked
  readonly machines: Set<string>
  entitled: number
  /** Null until its tenant can log in. */
  since: number | null
  until: number
  heldSince: number | null
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>

/** What an asker is allowed beyond the time in which they were to ask how things stand. */
const POLL_SLACK_MS = 5_000
/** Who was overtaken as often as this may go before others of a higher priority. */
const OVERTAKEN_MOST = 20

/**
 * Who holds what, by a few rules of its own: told of each fact in turn, it says whatever is not lawful. It shares no code
 * with what it judges.
 */
export class Model {
  readonly faults: string[] = []
  readonly machines = new Machines(this.faults)
  readonly requests = new Map<string, Asked>()
  readonly leases = new Map<string, Granted>()
  readonly ended: string[] = []
  readonly tenants = new Map<string, Site['tenants'][number]>()
  /** What a person's id stands for; it is no part of any fact. */
  readonly people = new Map<string, string>()
  at = 0
  #longestMs = 0
  /** Where neither who asks nor a tenant's terms say. */
  #usualMs = 0
  readonly #homes = new Map<string, string>()

  /** What the site says from here on. */
  configured(site: Site): void {
    for (const tenant of site.tenants) this.tenants.set(tenant.name, tenant)
    this.#longestMs = Math.max(...site.pools.map(({ longestMs }) => longestMs))
    this.#usualMs = site.pools[0]!.defaultMs
    this.machines.configured(site)
  }

  held(tenant: string): number {
    return this.#sum(({ tenant: of, entitled }) => (of === tenant ? entitled : 0))
  }

  quota(tenant: string): number {
    return this.tenants.get(tenant)!.quota
  }

  speaks({ by, tenant }: Pick<Asked, 'by' | 'tenant'>): boolean {
    return this.tenants.get(tenant)!.members.includes(this.people.get(by)!)
  }

  waiting(): [id: string, asked: Asked][] {
    return [...this.requests].filter(([, { state }]) => state === 'waiting')
  }

  /** What must be so once everything that was asked is done. */
  settled(): void {
    for (const [id, asked] of this.waiting())
      if (!this.speaks(asked))
        this.#fault(`${id} waits, and ${this.people.get(asked.by)} speaks for ${asked.tenant} no more`)
  }

  saw(event: Event): void {
    this.machines.saw(event, this.at)
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what says nothing of who holds what is of no concern
    switch (event.type) {
      case 'requestMade':
        return this.#made(event)
      case 'requestCancelled':
      case 'requestAbandoned':
      case 'requestUnsatisfiable':
        this.requests.get(event.request)!.state = 'gone'
        return
      case 'pollsNoted':
        for (const { request, at } of event.polls) this.requests.get(request)!.seenAt = at
        return
      case 'leaseGranted':
        return this.#granted(event)
      case 'machineSupplied':
        return this.#given(event.lease, event.machine)
      case 'machineLeft': {
        const lease = this.leases.get(event.lease)!
        if (event.how === 'returned') lease.entitled -= 1
        return this.#left(event.lease, event.machine)
      }
      case 'leaseActivated': {
        const lease = this.leases.get(event.lease)!
        lease.since = this.at
        lease.until = event.until
        return
      }
      case 'leaseExtended':
        return this.#extended(event.lease, event.until)
      case 'leaseHeld':
        return this.#held(event)
      case 'leaseEnded':
        for (const machine of this.leases.get(event.lease)!.machines) this.#left(event.lease, machine)
        this.leases.delete(event.lease)
        this.ended.push(event.lease)
        return
    }
  }

  #made({ request }: Of<'requestMade'>): void {
    const { id, tenant, by, demand, priority, durationMs, graceMs, poll } = request
    const usual = Math.min(this.tenants.get(tenant)!.defaultMs ?? this.#usualMs, this.#longest(tenant))
    if (durationMs !== usual) this.#fault(`${id} is to last ${durationMs}, and leases of ${tenant} last ${usual}`)
    this.requests.set(id, {
      tenant,
      by,
      demand,
      priority: Math.min(priority, this.tenants.get(tenant)!.priority),
      number: request.number,
      lastsMs: durationMs + graceMs,
      pollMs: poll?.withinMs ?? null,
      seenAt: this.at,
      state: 'waiting',
      overtaken: 0,
    })
  }

  #granted({ lease, request, machines }: Of<'leaseGranted'>): void {
    const asked = this.requests.get(request)
    if (asked?.state !== 'waiting') return this.#fault(`${lease} went to ${request}, which was ${asked?.state}`)
    const { tenant, demand, pollMs, seenAt } = asked
    asked.state = 'granted'
    if (!this.speaks(asked))
      this.#fault(`${lease} went to ${this.people.get(asked.by)}, who does not speak for ${tenant}`)
    if (pollMs !== null && this.at >= seenAt + pollMs + POLL_SLACK_MS)
      this.#fault(`${lease} went to ${request}, which nobody asked after since ${seenAt}`)
    this.#inTurn(lease, asked)
    this.leases.set(lease, {
      tenant,
      asked,
      machines: new Set(),
      entitled: demand.count,
      since: null,
      until: 0,
      heldSince: null,
    })
    if (machines.length !== demand.count) this.#fault(`${lease} has ${machines.length} machines of ${demand.count}`)
    for (const machine of machines) this.#given(lease, machine)
    const held = this.held(tenant)
    if (held > this.quota(tenant)) this.#fault(`${lease} brought ${tenant} to ${held}, over its quota`)
    const platforms = new Set(machines.map((name) => this.machines.need(name).platform))
    if (demand.platform === 'any') return
    if (platforms.size > 1) this.#fault(`${lease} is of ${[...platforms].join(' and ')}`)
    this.#homely(lease, `${tenant} ${demand.type}`, [...platforms][0]!)
  }

  /** Whoever has room in the quota, and could have had of what another was granted, goes by priority, share and age. */
  #inTurn(lease: string, asked: Asked): void {
    for (const [id, other] of this.waiting()) {
      const { tenant, demand } = other
      const hasRoom = this.held(tenant) + demand.count <= this.quota(tenant)
      if (hasRoom && couldHave(other, asked) && asked.overtaken < OVERTAKEN_MOST && this.#goesBefore(other, asked))
        this.#fault(`${lease} of ${this.#standing(asked)} went before ${id} of ${this.#standing(other)}`)
      other.overtaken += asked.demand.count
    }
  }

  /** Whether somebody who waits was before the first of those who were just granted, one after the other, if that is of another tenant. */
  wasBefore(waiting: string, granted: readonly string[]): boolean {
    const one = this.requests.get(waiting)!
    const [other, ...later] = granted.map((request) => this.requests.get(request)!) as [Asked, ...Asked[]]
    const { tenant, priority } = other
    if (one.tenant === tenant || other.overtaken >= OVERTAKEN_MOST) return false
    if (one.priority !== priority) return one.priority > priority
    const since = [other, ...later].filter((asked) => asked.tenant === tenant)
    const held = since.reduce((total, { demand }) => total - demand.count, this.held(tenant))
    return this.#share(one) <= (held + 1) / this.tenants.get(tenant)!.weight
  }

  /** A tenant's next machine competes with the others' by how many that makes for its weight. */
  #share({ tenant }: Asked): number {
    return (this.held(tenant) + 1) / this.tenants.get(tenant)!.weight
  }

  #goesBefore(one: Asked, other: Asked): boolean {
    if (one.priority !== other.priority) return one.priority > other.priority
    const [share, others] = [this.#share(one), this.#share(other)]
    return share === others ? one.number < other.number : share < others
  }

  #standing(asked: Asked): string {
    return `priority ${asked.priority}, share ${this.#share(asked)} and number ${asked.number}`
  }

  /** The first grant settles where a tenant is at home, and `same` stays there while there is anything of it. */
  #homely(lease: string, key: string, platform: string): void {
    const home = this.#homes.get(key)
    if (home === undefined) this.#homes.set(key, platform)
    else if (home !== platform && this.leases.get(lease)!.asked.demand.platform === 'same')
      this.#fault(`${lease} is of ${platform}, and ${key} is at home on ${home}`)
  }

  #given(id: string, name: string): void {
    const lease = this.leases.get(id)!
    const { demand, lastsMs } = lease.asked
    this.machines.given(id, name, { ...demand, until: this.at + lastsMs })
    lease.machines.add(name)
    if (lease.machines.size > lease.entitled) this.#fault(`${id} has more machines than it is good for`)
  }

  #left(id: string, name: string): void {
    this.machines.left(id, name)
    this.leases.get(id)!.machines.delete(name)
  }

  /** A held lease ends no later than so long after it was first held, any other no later than so long after it began. */
  #extended(id: string, until: number): void {
    const lease = this.leases.get(id)!
    const { since, heldSince, tenant } = lease
    const last = heldSince === null ? since! + this.#longest(tenant) : heldSince + this.tenants.get(tenant)!.holdMs
    if (until > lease.until) {
      if (until > last) this.#fault(`${id} is to last until ${until}, and may until ${last}`)
      this.machines.kept(id, until)
    }
    lease.until = until
  }

  #held({ lease: id, until }: Of<'leaseHeld'>): void {
    const lease = this.leases.get(id)!
    lease.heldSince ??= this.at
    const { tenant } = lease
    const held = this.#sum((one) => (one.tenant === tenant && one.heldSince !== null ? one.entitled : 0))
    const { holds } = this.tenants.get(tenant)!
    if (held > holds) this.#fault(`${tenant} holds ${held} machines for debugging, and may ${holds}`)
    this.#extended(id, until)
  }

  #longest(tenant: string): number {
    return Math.min(this.#longestMs, this.tenants.get(tenant)!.longestMs ?? Infinity)
  }

  #sum(of: (lease: Granted) => number): number {
    return [...this.leases.values()].reduce((sum, lease) => sum + of(lease), 0)
  }

  #fault(sentence: string): void {
    this.faults.push(sentence)
  }
}

/** Whether whatever one was granted would have done for the other: as many of the same or fewer, both of any platform, for no longer. */
const couldHave = (other: Asked, granted: Asked): boolean => {
  const [wanted, had] = [other.demand, granted.demand]
  return (
    wanted.platform === 'any' &&
    wantOf(wanted) === wantOf(had) &&
    wanted.count <= had.count &&
    other.lastsMs <= granted.lastsMs
  )
}

const wantOf = ({ type, labels, platform }: Asked['demand']): string => `${platform} ${type} ${labels.join(' ')}`
