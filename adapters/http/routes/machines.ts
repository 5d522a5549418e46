import {
  machineDetail,
  machineNamed,
  machineView,
  machineWear,
  noSuchMachine,
  poolView,
  wearReport,
  type Fleet,
} from '#core'
import { z } from 'zod'
import { cursorOf, pageOf, pageQuery } from '../page.ts'
import { readQuery } from '../query.ts'
import { refuse } from '../refuse.ts'
import { ok, type KeyedRoute } from '../route.ts'
import { listOf, MACHINE, POOL } from '../shapes.ts'

const some = pageQuery({ pool: z.string().max(100).optional(), state: z.string().max(20).optional() })
const worn = pageQuery({})

export const machines: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/machines',
    who: 'member',
    summary: 'machines, all or of one "?pool=" or "?state="',
    gives: { 200: listOf('machines', MACHINE) },
    ...readQuery(some, async ({ door }, _caller, query) => {
      const { rows, next } = await door.ports.lane.read((fleet) =>
        pageOf(filtered(fleet, query), cursorOf(query, door.bounds)),
      )
      return ok({ machines: rows.map(machineView), next })
    }),
  },
  {
    method: 'GET',
    path: '/api/v2/machines/:name',
    who: 'member',
    summary: 'one machine; operators see how it is reached',
    gives: { 200: z.object({ machine: MACHINE }) },
    answer: async ({ door, params }, caller) => {
      const asked = params['name']!
      const found = await door.ports.lane.read((fleet) => {
        const machine = machineNamed(fleet, asked)
        if (machine === undefined) return noSuchMachine(fleet, asked)
        return { machine: caller.role === 'operator' ? machineDetail(fleet, machine) : machineView(machine) }
      })
      return 'machine' in found ? ok(found) : refuse(door, found)
    },
  },
  {
    method: 'GET',
    path: '/api/v2/pools',
    who: 'member',
    summary: 'the pools, with how many machines are in which state',
    gives: { 200: z.object({ pools: z.array(POOL) }) },
    answer: async ({ door }) =>
      ok({
        pools: await door.ports.lane.read((fleet, at) =>
          [...fleet.pools.values()].map((pool) => poolView(fleet, pool, at)),
        ),
      }),
  },
  {
    method: 'GET',
    path: '/api/v2/wear',
    who: 'member',
    summary: 'how evenly machines are worked: the spread of each platform, who is idle longest, and each machine',
    ...readQuery(worn, async ({ door }, _caller, query) => {
      const found = await door.ports.lane.read((fleet, at) => {
        const { rows, next } = pageOf(fleet.machines.values(), cursorOf(query, door.bounds))
        const { type: _, ...report } = wearReport(fleet, at)
        return { ...report, machines: rows.map((machine) => machineWear(fleet, machine, at)), next }
      })
      return ok(found)
    }),
  },
]

function* filtered(fleet: Fleet, { pool, state }: { pool?: string | undefined; state?: string | undefined }) {
  for (const machine of fleet.machines.values()) {
    if (pool !== undefined && machine.pool !== pool) continue
    if (state !== undefined && machine.state.status !== state) continue
    yield machine
  }
}
