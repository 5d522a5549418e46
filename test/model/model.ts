import type { Event, GetCommand, Site } from '#core'

/** What an oracle knows of a machine: who has it, and whether it was made clean since. */
interface Known {
  readonly pool: string
  readonly type: string
  readonly platform: string
  readonly labels: readonly string[]
  holder: string | null
  dirty: boolean
}

interface Asked {
  readonly tenant: string
  readonly demand: Pick<GetCommand, 'count' | 'platform' | 'labels'> & { readonly type: string }
  state: 'waiting' | 'granted' | 'gone'
}

/** A lease, by what it entitles its tenant to and what it has. */
interface Granted {
  readonly tenant: string
  readonly asked: Asked
  readonly machines: Set<string>
  entitled: number
}

/**
 * Who holds what, by a few rules of its own: told of each fact in turn, it says whatever is not lawful. It shares no code
 * with what it judges.
 */
export class Model {
  readonly machines = new Map<string, Known>()
  readonly requests = new Map<string, Asked>()
  readonly leases = new Map<string, Granted>()
  readonly ended: string[] = []
  readonly quotas = new Map<string, number>()
  readonly #homes = new Map<string, string>()
  readonly #cleans = new Map<string, readonly string[]>()
  readonly #runs = new Map<string, { readonly machine: string; readonly step: string }>()
  readonly faults: string[] = []

  /** What the site says from here on. */
  configured(site: Site): void {
    for (const { name, quota } of site.tenants) this.quotas.set(name, quota)
    for (const { name, steps } of site.pools)
      this.#cleans.set(
        name,
        steps.filter((step) => CLEANING.includes(step)),
      )
    for (const { name, pool, platform, labels } of site.machines) {
      const { type } = site.pools.find((one) => one.name === pool)!
      const known = this.machines.get(name)
      this.machines.set(name, {
        pool,
        type,
        platform,
        labels,
        holder: known?.holder ?? null,
        dirty: known?.dirty ?? false,
      })
    }
  }

  held(tenant: string): number {
    return [...this.leases.values()].reduce((sum, lease) => sum + (lease.tenant === tenant ? lease.entitled : 0), 0)
  }

  waiting(): [id: string, asked: Asked][] {
    return [...this.requests].filter(([, { state }]) => state === 'waiting')
  }

  saw(event: Event): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what says nothing of who holds what is of no concern
    switch (event.type) {
      case 'requestMade': {
        const { id, tenant, demand } = event.request
        this.requests.set(id, { tenant, demand, state: 'waiting' })
        return
      }
      case 'requestCancelled':
      case 'requestUnsatisfiable':
        this.requests.get(event.request)!.state = 'gone'
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
      case 'leaseEnded':
        for (const machine of this.leases.get(event.lease)!.machines) this.#left(event.lease, machine)
        this.leases.delete(event.lease)
        this.ended.push(event.lease)
        return
      case 'runOwed':
        this.#runs.set(event.run.id, event.run)
        return
      case 'runEnded': {
        const { machine, step } = this.#runs.get(event.run)!
        if (event.result.outcome === 'ok' && CLEANING.includes(step)) this.machines.get(machine)!.dirty = false
        return
      }
    }
  }

  #granted({ lease, request, machines }: Extract<Event, { type: 'leaseGranted' }>): void {
    const asked = this.requests.get(request)
    if (asked?.state !== 'waiting') return this.#fault(`${lease} went to ${request}, which was ${asked?.state}`)
    const { tenant, demand } = asked
    asked.state = 'granted'
    this.leases.set(lease, { tenant, asked, machines: new Set(), entitled: demand.count })
    if (machines.length !== demand.count) this.#fault(`${lease} has ${machines.length} machines of ${demand.count}`)
    for (const machine of machines) this.#given(lease, machine)
    const held = this.held(tenant)
    if (held > this.quotas.get(tenant)!) this.#fault(`${lease} brought ${tenant} to ${held}, over its quota`)
    const platforms = new Set(machines.map((name) => this.machines.get(name)!.platform))
    if (demand.platform === 'any') return
    if (platforms.size > 1) this.#fault(`${lease} is of ${[...platforms].join(' and ')}`)
    this.#homely(lease, `${tenant} ${demand.type}`, [...platforms][0]!)
  }

  /** The first grant settles where a tenant is at home, and `same` stays there while there is anything of it. */
  #homely(lease: string, key: string, platform: string): void {
    const home = this.#homes.get(key)
    if (home === undefined) this.#homes.set(key, platform)
    else if (home !== platform && this.leases.get(lease)!.asked.demand.platform === 'same')
      this.#fault(`${lease} is of ${platform}, and ${key} is at home on ${home}`)
  }

  #given(id: string, name: string): void {
    const machine = this.machines.get(name)!
    const lease = this.leases.get(id)!
    const { type, labels } = lease.asked.demand
    if (machine.holder !== null) this.#fault(`${name} was given to ${id} while ${machine.holder} held it`)
    if (machine.dirty && this.#cleans.get(machine.pool)!.length > 0) this.#fault(`${name} went uncleaned to ${id}`)
    if (machine.type !== type) this.#fault(`${id} wanted ${type} and got ${name}, which is ${machine.type}`)
    if (!labels.every((label) => machine.labels.includes(label))) this.#fault(`${name} lacks what ${id} asked for`)
    machine.holder = id
    machine.dirty = true
    lease.machines.add(name)
    if (lease.machines.size > lease.entitled) this.#fault(`${id} has more machines than it is good for`)
  }

  #left(id: string, name: string): void {
    const machine = this.machines.get(name)!
    if (machine.holder !== id) this.#fault(`${name} left ${id} while ${machine.holder} held it`)
    machine.holder = null
    this.leases.get(id)!.machines.delete(name)
  }

  #fault(sentence: string): void {
    this.faults.push(sentence)
  }
}

const CLEANING = ['provision', 'recycle', 'rebuild']
