import type { Fleet } from '../fleet.ts'
import type { MachineName } from '../id.ts'
import { partOf, rateKey, rateOf, weighed, withOutcome, type OutcomeKind } from '../policy/health.ts'

/** How something that a machine did came out counts for it and for its platform. */
export const note = (fleet: Fleet, name: MachineName, kind: OutcomeKind, failed: boolean): void => {
  const machine = fleet.machines.need(name)
  const { platform, health, pool } = machine
  const key = rateKey(platform, kind)
  const rate = withOutcome(fleet.failureRates.get(key), key, failed)
  fleet.failureRates.put(key, rate)
  const part = partOf(kind)
  const most = fleet.pools.need(pool).health.falseAlarmEvery
  const counted = weighed(health[part], { failed, rate: rateOf(rate), most })
  if (counted !== health[part]) fleet.machines.put(name, { ...machine, health: { ...health, [part]: counted } })
}
