import { runView, type LeaseId, type MachineName, type PastRun, type RunId } from '#core'
import { z } from 'zod'
import type { Caller } from '../api-key.ts'
import { readQuery } from '../query.ts'
import type { Ports } from '../ports.ts'
import { misread, notFound } from '../problem.ts'
import { ok, type Answer, type KeyedRoute } from '../route.ts'
import { RUN } from '../shapes.ts'
import { ownLease } from '../standing.ts'

const some = z.strictObject({
  machine: z.string().max(100).optional(),
  lease: z.string().max(20).optional(),
  limit: z.coerce.number().int().min(1).optional(),
})

export const runs: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/runs',
    who: 'member',
    summary: 'runs of "?machine=" or of "?lease=", newest first; a member sees those of their own leases',
    gives: { 200: z.object({ runs: z.array(RUN) }) },
    ...readQuery(some, async ({ door: { ports, bounds } }, caller, { machine, lease, limit = bounds.defaultRows }) => {
      if ((machine === undefined) === (lease === undefined)) return misread('Name one: "?machine=NAME" or "?lease=ID".')
      const most = Math.min(limit, bounds.pageRows)
      const found =
        machine === undefined
          ? await ports.store.runsOf({ lease: lease!.toUpperCase() as LeaseId }, most)
          : await ports.store.runsOf({ machine: machine as MachineName }, most)
      return ok({ runs: await own(ports, caller, found) })
    }),
  },
  {
    method: 'GET',
    path: '/api/v2/runs/:id',
    who: 'member',
    summary: 'one run of a step on a machine',
    gives: { 200: z.object({ run: RUN }) },
    answer: async ({ door: { ports }, params }, caller) => {
      const found = await ownRun(ports, caller, params['id']!)
      return found === undefined ? noSuchRun(params['id']!) : ok({ run: runView(found) })
    },
  },
  {
    method: 'GET',
    path: '/api/v2/runs/:id/log',
    who: 'member',
    summary: 'what its playbook printed, as text',
    gives: { 200: 'text' },
    answer: async ({ door: { ports }, params }, caller) => {
      const found = await ownRun(ports, caller, params['id']!)
      const log = found === undefined ? null : await ports.runLog(found.run.id)
      if (log === null) return noSuchRun(params['id']!)
      return { status: 200, body: log, headers: { 'content-type': 'text/plain; charset=utf-8' } }
    },
  },
]

const noSuchRun = (asked: string): Answer =>
  notFound(`There is no run ${asked.slice(0, 50)} of yours. "duffy runs LEASE" lists the runs of a lease.`)

/** The run, if the caller may see it: its lease is theirs, or they operate the site. */
const ownRun = async (ports: Ports, caller: Caller, asked: string): Promise<PastRun | undefined> => {
  const id = asked.toUpperCase() as RunId
  const owed = await ports.lane.read((fleet) => fleet.runs.get(id))
  const found = owed === undefined ? await ports.store.run(id) : { run: owed, ended: null }
  return found === undefined ? undefined : (await visible(ports, caller, [found]))[0]
}

const own = async (ports: Ports, caller: Caller, found: readonly PastRun[]) =>
  (await visible(ports, caller, found)).map(runView)

const visible = async (ports: Ports, caller: Caller, found: readonly PastRun[]): Promise<readonly PastRun[]> => {
  if (caller.role === 'operator') return found
  const leases = new Set(found.flatMap(({ run }) => run.lease ?? []))
  const theirs = new Set<LeaseId>()
  for (const lease of leases) if ((await ownLease(ports, lease, caller)) !== undefined) theirs.add(lease)
  return found.filter(({ run }) => run.lease !== null && theirs.has(run.lease))
}
