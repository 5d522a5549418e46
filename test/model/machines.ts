import type { Event, Site } from '#core'

/** What an oracle knows of a machine: who has it, what is done with it, and what must be done before anybody has it again. */
interface Known {
  readonly pool: string
  readonly type: string
  readonly platform: string
  readonly labels: readonly string[]
  holder: string | null
  dirty: boolean
  /** The step it is in. */
  step: string | null
  /** Somebody said that it is bad: it is to be installed anew, and then to pass a check. */
  bad: 'install' | 'check' | null
  inMaintenance: boolean
  /** From when on it is its operators'. */
  closes: number
  /** It closes again and again, so long apart. */
  recurs: boolean
}

const NEW = { holder: null, dirty: false, step: null, bad: null, inMaintenance: false, closes: Infinity, recurs: false }
/** Steps after which nothing of a tenant is left. */
const CLEANING = ['provision', 'recycle', 'rebuild']
const INSTALLING = ['provision', 'rebuild']
/** Steps that a machine is in while it is somebody's, or just was. */
const OF_A_LEASE = ['grant', 'revoke', 'collect']

/** The machines' part of the oracle. */
export class Machines {
  readonly #known = new Map<string, Known>()
  readonly #steps = new Map<string, readonly string[]>()
  readonly #runs = new Map<string, { readonly machine: string; readonly step: string }>()
  readonly #faults: string[]

  constructor(faults: string[]) {
    this.#faults = faults
  }

  configured(site: Site): void {
    for (const { name, steps } of site.pools) this.#steps.set(name, steps)
    for (const { name, pool, platform, labels } of site.machines) {
      const { type } = site.pools.find((one) => one.name === pool)!
      this.#known.set(name, { ...(this.#known.get(name) ?? NEW), pool, type, platform, labels })
    }
  }

  names(): Iterable<string> {
    return this.#known.keys()
  }

  need(name: string): Known {
    return this.#known.get(name)!
  }

  saw(event: Event, at: number): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what says nothing of a machine's fitness is of no concern
    switch (event.type) {
      case 'runOwed': {
        const { id, machine, step } = event.run
        this.#runs.set(id, event.run)
        this.need(machine).step = step
        const { holder } = this.need(machine)
        if (holder !== null && !OF_A_LEASE.includes(step))
          this.#fault(`${machine} is in ${step} while ${holder} holds it`)
        return
      }
      case 'runDropped':
        this.need(this.#runs.get(event.run)!.machine).step = null
        return
      case 'runEnded': {
        const { machine, step } = this.#runs.get(event.run)!
        return this.#ran(this.need(machine), step, event.result.outcome === 'ok')
      }
      case 'machineReported':
        this.need(event.machine).bad = 'install'
        return
      case 'machineRetired':
        this.need(event.machine).bad = null
        return
      case 'maintenanceSet': {
        const machine = this.need(event.machine)
        const { from, again, recurs } = event.window
        if (
          again !== undefined &&
          recurs === true &&
          !machine.inMaintenance &&
          (from - again.from) % again.everyMs !== 0
        )
          this.#fault(`${event.machine} closes at ${from}, and was to every ${again.everyMs} from ${again.from}`)
        machine.closes = from
        machine.recurs = again !== undefined
        return
      }
      case 'maintenanceBegun': {
        const machine = this.need(event.machine)
        if (machine.closes > at) this.#fault(`${event.machine} went into maintenance before its time`)
        if (machine.holder !== null)
          this.#fault(`${event.machine} went into maintenance, and ${machine.holder} holds it`)
        machine.inMaintenance = true
        return
      }
      case 'maintenanceEnded': {
        const machine = this.need(event.machine)
        machine.inMaintenance = false
        machine.closes = Infinity
        return
      }
    }
  }

  #ran(machine: Known, step: string, well: boolean): void {
    machine.step = null
    if (well && CLEANING.includes(step)) machine.dirty = false
    if (machine.bad === null) return
    if (well && INSTALLING.includes(step)) machine.bad = 'check'
    else if (step === 'check') machine.bad = well && machine.bad === 'check' ? null : 'install'
  }

  /** `until`: when it is to be back, at the earliest that the lease allows. */
  given(
    id: string,
    name: string,
    { type, labels, until }: { readonly type: string; readonly labels: readonly string[]; readonly until: number },
  ): void {
    const machine = this.need(name)
    const steps = this.#steps.get(machine.pool)!
    if (machine.holder !== null) this.#fault(`${name} was given to ${id} while ${machine.holder} held it`)
    if (machine.dirty && CLEANING.some((step) => steps.includes(step))) this.#fault(`${name} went uncleaned to ${id}`)
    if (machine.step !== null) this.#fault(`${name} was given to ${id} in the middle of a ${machine.step}`)
    if (machine.bad !== null && steps.includes('check')) this.#fault(`${name} is bad, and was given to ${id}`)
    if (machine.inMaintenance) this.#fault(`${name} is in maintenance, and was given to ${id}`)
    if (machine.recurs && machine.closes === Infinity)
      this.#fault(`${name} closes again and again, and was given to ${id} when nobody knew when next`)
    if (until > machine.closes)
      this.#fault(`${name} closes at ${machine.closes}, and was given to ${id} until ${until}`)
    if (machine.type !== type) this.#fault(`${id} wanted ${type} and got ${name}, which is ${machine.type}`)
    if (!labels.every((label) => machine.labels.includes(label))) this.#fault(`${name} lacks what ${id} asked for`)
    machine.holder = id
    machine.dirty = true
  }

  /** A lease is to last longer than it was. */
  kept(id: string, until: number): void {
    for (const [name, { holder, closes }] of this.#known)
      if (holder === id && until > closes) this.#fault(`${name} closes at ${closes}, and ${id} keeps it until ${until}`)
  }

  left(id: string, name: string): void {
    const machine = this.need(name)
    if (machine.holder !== id) this.#fault(`${name} left ${id} while ${machine.holder} held it`)
    machine.holder = null
  }

  #fault(sentence: string): void {
    this.#faults.push(sentence)
  }
}
