import {
  setAsideAt,
  type Event,
  type Fleet,
  type Instant,
  type Machine,
  type Outcome,
  type Refusal,
  type Site,
} from '#core'
import fc from 'fast-check'
import { asideIn } from '../kit/aside.ts'
import type { Asked, Model } from './model.ts'
import type { Said, System } from './system.ts'

/** What both worlds have come to: the oracle, and what it judges. */
export interface Life {
  readonly model: Model
  readonly site: Site
  /** Commands with an id, and what they were answered. */
  readonly identified: { readonly said: Said; readonly answer: Outcome | Refusal }[]
  readonly stale: Said[]
  configurations: number
}
type Step = fc.AsyncCommand<Life, System>

export const step = (title: string, run: Step['run']): Step => ({ check: () => true, run, toString: () => title })

export const nth = <T>(items: Iterable<T>, which: number): T | undefined => {
  const all = [...items]
  return all[which % all.length]
}

/** Asks, shows the oracle what came of it, and lets it judge. */
export const ask = async (
  life: Life,
  system: System,
  ...said: readonly Said[]
): Promise<readonly (Outcome | Refusal)[]> => {
  const { model } = life
  const before = byName(system)
  const wasAside = asideIn(system.fleet, system.at as Instant)
  const claimed = firstClaim(system)
  const { answers, events } = await system.ask(...said)
  model.at = system.at
  for (const event of events) {
    if (event.type === 'personJoined') model.people.set(event.person, system.fleet.personal.get(event.person)!.text)
    model.saw(event)
  }
  model.settled()
  const isAside = asideIn(system.fleet, system.at as Instant)
  const after = byName(system)
  const open = new Map(
    before.entries().filter(([name, machine]) => {
      const stays = [machine, after.get(name)].every((one) => one?.configured === true && one.maintenance === null)
      return stays && !wasAside(machine) && !isAside(machine)
    }),
  )
  const wrong = [...model.faults, ...passedOver(model, { before, open }, events)]
  if (said.length === 1 && said[0]!.command.do === 'get')
    wrong.push(...putOff(model, events, [claimed, firstClaim(system)]))
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  answers.forEach((answer, at) => {
    const { id } = said[at]!
    if (id !== undefined) life.identified.push({ said: said[at]!, answer })
  })
  return answers
}

const byName = ({ fleet }: System): ReadonlyMap<string, Machine> =>
  new Map([...fleet.machines.values()].map((machine) => [machine.name, machine]))

type FirstClaim = { readonly request: string; readonly from: Instant } | undefined

/** Whoever is the first to have machines set aside, and from when on they can be had together. */
const firstClaim = ({ fleet, at }: { readonly fleet: Fleet; readonly at: number }): FirstClaim =>
  setAsideAt(fleet, at as Instant).claims.find(({ reserved }) => !reserved)

/** The first who waits does not wait longer for those alone who come after it and are served before. */
function* putOff(
  model: Model,
  events: readonly Event[],
  [before, after]: readonly [FirstClaim, FirstClaim],
): Generator<string> {
  if (before === undefined || before.request !== after?.request || before.from >= after.from) return
  const granted = events.filter((event) => event.type === 'leaseGranted')
  const asking = events.find((event) => event.type === 'requestMade')?.request.id
  // Whoever asks and is to wait may be before the first, and need other machines: who passes is measured by them.
  if (!granted.some(({ request }) => request === asking)) return
  const requests = granted.map(({ request }) => request)
  if (requests.every((_, at) => model.wasBefore(before.request, requests.slice(at))))
    yield `${granted.map(({ lease }) => lease).join(', ')} put off ${before.request} from ${before.from} to ${after.from}`
}

/** Whoever asked, if they still speak for their tenant: nobody else may handle what they have. */
export const ownerOf = ({ model }: Life, asked: Asked): string | null =>
  model.speaks(asked) ? model.people.get(asked.by)! : null

/** How many attempts more a machine may have that is taken for the sake of chassis. */
const CHASSIS_TRADE = 2

/**
 * Ready machines with fewer attempts than one that was taken instead, of those that are `open`: set aside for nobody, in the
 * config and in no maintenance, before and after. Of several grants in a row only the first shows it.
 */
function* passedOver(
  model: Model,
  { before, open }: Record<'before' | 'open', ReadonlyMap<string, Machine>>,
  events: readonly Event[],
): Generator<string> {
  const granted = events.filter((event) => event.type === 'leaseGranted')
  if (granted.length !== 1 || events.some(({ type }) => type === 'machineReadied' || type === 'machineSupplied')) return
  const [{ request, machines }] = granted as [(typeof granted)[0]]
  const { type, labels, platform, chassis, count } = model.requests.get(request)!.demand
  const traded = count > 1 && (chassis === 'spread' || chassis === 'pack') ? CHASSIS_TRADE : 0
  const taken = machines.map((name) => before.get(name)!)
  for (const other of open.values()) {
    if (taken.includes(other) || other.state.status !== 'ready' || other.type !== type) continue
    if (!labels.every((label) => other.labels.includes(label))) continue
    if (platform !== 'any' && !taken.some((machine) => machine.platform === other.platform)) continue
    for (const { name, attempts } of taken)
      if (other.attempts < attempts - traded)
        yield `${name} was taken after ${attempts}, ${other.name} has ${other.attempts}`
  }
}
