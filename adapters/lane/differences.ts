import { canonical, type Fleet } from '#core'

/** Enough to see what is wrong. */
const MOST = 100

/** How two fleets differ, a sentence each; empty if they hold the same, in whatever order. `duffy verify` and tests ask. */
export const differences = (left: Fleet, right: Fleet): string[] => {
  const sentences: string[] = []
  const others: Readonly<Record<string, Map<string, string>>> = contents(right)
  for (const [table, ours] of Object.entries(contents(left))) {
    const theirs = others[table]!
    for (const [key, value] of ours) {
      const other = theirs.get(key)
      theirs.delete(key)
      if (other === undefined) sentences.push(`${table} ${key} is only in the first: ${value}`)
      else if (other !== value) sentences.push(`${table} ${key} is ${value} in the first and ${other} in the second`)
    }
    for (const [key, value] of theirs) sentences.push(`${table} ${key} is only in the second: ${value}`)
  }
  return sentences.slice(0, MOST)
}

const contents = (fleet: Fleet) => ({
  machine: keyed(fleet.machines.values(), ({ name }) => name),
  pool: keyed(fleet.pools.values(), ({ name }) => name),
  platform: keyed(fleet.platforms.values(), ({ name }) => name),
  tenant: keyed(fleet.tenants.values(), ({ name }) => name),
  person: keyed(fleet.people.values(), ({ id }) => id),
  apiKey: keyed(fleet.apiKeys.values(), ({ id }) => id),
  webhook: keyed(fleet.webhooks.values(), ({ id }) => id),
  personal: keyed(fleet.personal.values(), ({ ref }) => ref),
  request: keyed(fleet.requests.values(), ({ id }) => id),
  lease: keyed(fleet.leases.values(), ({ id }) => id),
  run: keyed(fleet.runs.values(), ({ id }) => id),
  failureRates: keyed(fleet.failureRates.values(), ({ key }) => key),
  stepTimes: keyed(fleet.stepTimes.values(), ({ key }) => key),
  demand: keyed(fleet.demand.values(), ({ key }) => key),
  calibration: keyed(fleet.calibrations.values(), ({ key }) => key),
  counter: new Map(Array.from(fleet.counters.entries(), ([name, value]) => [name as string, canonical(value)])),
  site: keyed(fleet.site.values(), () => 'site'),
})

const keyed = <V>(values: Iterable<V>, keyOf: (value: V) => string): Map<string, string> => {
  const map = new Map<string, string>()
  for (const value of values) map.set(keyOf(value), canonical(value))
  return map
}
