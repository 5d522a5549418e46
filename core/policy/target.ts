import type { Fleet } from '../fleet.ts'
import type { MachineName } from '../id.ts'
import { byText } from '../collections/indexes.ts'
import { inService, type Machine } from '../machine.ts'
import type { Refusal } from '../refusal.ts'
import { nearest } from '../suggest.ts'

/** What an operator may name to mean machines, in the order in which a bare name is tried. */
const TARGETS = ['machine', 'pool', 'platform', 'chassis', 'label'] as const
export type TargetKind = (typeof TARGETS)[number]

export interface Target {
  readonly kind: TargetKind
  readonly name: string
}

/** Machines beyond which no name is suggested: comparing one with every other would hold up everybody else. */
const MOST_COMPARED = 5000

/** A machine by its name, in any case. */
export const machineNamed = (fleet: Fleet, name: string): Machine | undefined =>
  fleet.machines.get(name as MachineName) ?? fleet.machines.get(name.toLowerCase() as MachineName)

/** Refuses what was to be done with a machine that does not exist. */
export const noSuchMachine = (fleet: Fleet, asked: string): Refusal => {
  const names = fleet.machines.size > MOST_COMPARED ? [] : Array.from(fleet.machines.values(), ({ name }) => name)
  return { type: 'noSuchMachine', asked, suggestion: nearest(asked, names) }
}

/**
 * The machines in service that a name stands for, by their names: one machine, or all of a pool, a platform, a chassis or with a
 * label. `label:gpu` says of which sort the name is, where several have it.
 */
export const machinesNamed = (
  fleet: Fleet,
  asked: string,
): { readonly what: Target; readonly machines: readonly Machine[] } | Refusal => {
  const [, kind, name] = /^([a-z]+):(.+)$/.exec(asked) ?? []
  const kinds = kind === undefined ? TARGETS : TARGETS.filter((one) => one === kind)
  for (const one of kinds) {
    const what = { kind: one, name: name ?? asked }
    const machines = machinesOf(fleet, what)
    if (machines.length > 0) return { what, machines }
  }
  const names =
    fleet.machines.size > MOST_COMPARED
      ? []
      : [...fleet.machines.values()]
          .filter(inService)
          .flatMap((machine) => TARGETS.flatMap((one) => namesBy[one](machine)))
  return { type: 'noSuchTarget', asked, suggestion: nearest(asked, [...new Set(names)].toSorted(byText)) }
}

const machinesOf = (fleet: Fleet, { kind, name }: Target): Machine[] => {
  if (kind === 'machine') {
    const machine = machineNamed(fleet, name)
    return machine !== undefined && inService(machine) ? [machine] : []
  }
  return [...fleet.machines.values()]
    .filter((machine) => inService(machine) && namesBy[kind](machine).includes(name))
    .toSorted((a, b) => byText(a.name, b.name))
}

const namesBy: Readonly<Record<TargetKind, (machine: Machine) => readonly string[]>> = {
  machine: ({ name }) => [name],
  pool: ({ pool }) => [pool],
  platform: ({ platform }) => [platform],
  chassis: ({ chassis }) => (chassis === null ? [] : [chassis]),
  label: ({ labels }) => labels,
}
