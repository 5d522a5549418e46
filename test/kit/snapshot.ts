import { evolve, Fleet, type Event, type Instant } from '#core'

/** Every table of a fleet as plain data, in order of key: two fleets are alike if these are. */
export const snapshot = (fleet: Fleet): Record<string, unknown> =>
  Object.fromEntries(
    [
      fleet.machines,
      fleet.pools,
      fleet.platforms,
      fleet.tenants,
      fleet.people,
      fleet.apiKeys,
      fleet.requests,
      fleet.leases,
      fleet.runs,
      fleet.stepTimes,
      fleet.demand,
      fleet.failureRates,
      fleet.calibrations,
    ].map((table) => [
      table.name,
      [...(table.values() as Iterable<{ name?: string; id?: string; key?: string }>)].toSorted((a, b) =>
        (a.id ?? a.name ?? a.key)! < (b.id ?? b.name ?? b.key)! ? -1 : 1,
      ),
    ]),
  )

/** The fleet that a log leads to. */
export const replayed = (log: readonly { at: Instant; events: readonly Event[] }[]): Fleet => {
  const fleet = new Fleet()
  for (const { at, events } of log) for (const event of events) evolve(fleet, event, at)
  fleet.journal.keep()
  return fleet
}
