import { Fleet, type Counter, type Personal } from '#core'
import { query, type Executor } from './executor.ts'
import type { Head } from './port.ts'
import type { TableShape } from './rows/rows.ts'
import { runs } from './rows/run.ts'
import { LASTING, PASSING } from './tables.ts'

interface Readable<R, V> {
  readonly entity: TableShape
  readonly read: (row: R) => V
}

/** The fleet as the tables hold it: things that are over stay where they are. */
export const loadFleet = async (sql: Executor): Promise<Fleet> => {
  const fleet = new Fleet()
  const all = async <R, V>({ entity, read }: Readable<R, V>, condition = 'true'): Promise<readonly V[]> =>
    (await query<R>(sql, `select * from "${entity.tableName}" where ${condition}`)).map(read)

  const {
    site,
    pool,
    platform,
    tenant,
    person,
    apiKey,
    webhook,
    stepTimes,
    demand,
    calibration,
    failureRate,
    counter,
  } = PASSING
  for (const one of await all(site)) fleet.site.restore('site', one)
  for (const one of await all(pool)) fleet.pools.restore(one.name, one)
  for (const one of await all(platform)) fleet.platforms.restore(one.name, one)
  for (const one of await all(tenant)) fleet.tenants.restore(one.name, one)
  for (const one of await all(person)) fleet.people.restore(one.id, one)
  for (const one of await all(apiKey)) fleet.apiKeys.restore(one.id, one)
  for (const one of await all(webhook)) fleet.webhooks.restore(one.id, one)
  for (const one of await all(failureRate)) fleet.failureRates.restore(one.key, one)
  for (const one of await all(stepTimes)) fleet.stepTimes.restore(one.key, one)
  for (const one of await all(demand)) fleet.demand.restore(one.key, one)
  for (const one of await all(calibration)) fleet.calibrations.restore(one.key, one)
  for (const one of await loadPersonal(sql)) fleet.personal.restore(one.ref, one)
  const numbers = await query<{ name: Counter; value: number }>(sql, 'select * from counter')
  for (const row of numbers) fleet.counters.restore(row.name, counter.read(row))

  const { machine, request, lease } = LASTING
  for (const one of await all(machine)) fleet.machines.restore(one.name, one)
  for (const one of await all(request, `status = 'waiting'`)) fleet.requests.restore(one.id, one)
  for (const one of await all(lease, `status <> 'ended'`)) fleet.leases.restore(one.id, one)
  for (const one of await all(runs, 'ended_at is null')) fleet.runs.restore(one.id, one)
  return fleet
}

export const loadPersonal = (sql: Executor): Promise<readonly Personal[]> =>
  query<Personal>(sql, 'select ref, text from personal where text is not null')

export const loadHead = async (sql: Executor): Promise<Head> => {
  const [head] = await query<Head>(
    sql,
    'select turn, turn.seq, turn.hash, coalesce(at, 0) as at from turn left join record using (seq)',
  )
  if (head === undefined) throw new Error('the turn row is missing')
  return head
}
