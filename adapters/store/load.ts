import { Fleet, NO_HASH, type Counter, type Instant, type Personal } from '#core'
import { query, type Executor } from './executor.ts'
import type { Head } from './port.ts'
import { runs } from './rows/run.ts'
import { LASTING, PASSING } from './tables.ts'

/** The fleet as the tables hold it: things that are over stay where they are. */
export const loadFleet = async (sql: Executor): Promise<Fleet> => {
  const fleet = new Fleet()
  const all = async <R, V>(table: string, read: (row: R) => V, condition = 'true'): Promise<readonly V[]> =>
    (await query<R>(sql, `select * from "${table}" where ${condition}`)).map((row) => read(row))

  const { site, pool, platform, tenant, person, apiKey, counter } = PASSING
  for (const one of await all('site', site.read)) fleet.site.restore('site', one)
  for (const one of await all('pool', pool.read)) fleet.pools.restore(one.name, one)
  for (const one of await all('platform', platform.read)) fleet.platforms.restore(one.name, one)
  for (const one of await all('tenant', tenant.read)) fleet.tenants.restore(one.name, one)
  for (const one of await all('person', person.read)) fleet.people.restore(one.id, one)
  for (const one of await all('api_key', apiKey.read)) fleet.apiKeys.restore(one.id, one)
  for (const one of await loadPersonal(sql)) fleet.personal.restore(one.ref, one)
  const numbers = await query<{ name: Counter; value: number }>(sql, 'select * from counter')
  for (const row of numbers) fleet.counters.restore(row.name, counter.read(row))

  const { machine, request, lease } = LASTING
  for (const one of await all('machine', machine.read)) fleet.machines.restore(one.name, one)
  for (const one of await all('request', request.read, `status = 'waiting'`)) fleet.requests.restore(one.id, one)
  for (const one of await all('lease', lease.read, `status <> 'ended'`)) fleet.leases.restore(one.id, one)
  for (const one of await all('run', runs.read, 'ended_at is null')) fleet.runs.restore(one.id, one)
  return fleet
}

export const loadPersonal = (sql: Executor): Promise<readonly Personal[]> =>
  query<Personal>(sql, 'select ref, text from personal where text is not null')

export const loadHead = async (sql: Executor): Promise<Head> => {
  const [state] = await query<{ turn: number }>(sql, 'select turn from turn')
  if (state === undefined) throw new Error('the turn row is missing')
  const [last] = await query<{ seq: number; hash: string; at: number }>(
    sql,
    'select seq, hash, at from record order by seq desc limit 1',
  )
  return { turn: state.turn, seq: last?.seq ?? 0, hash: last?.hash ?? NO_HASH, at: (last?.at ?? 0) as Instant }
}
