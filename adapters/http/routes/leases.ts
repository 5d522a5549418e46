import { heldBy, leaseView, verbNamed, type LeaseId } from '#core'
import { z } from 'zod'
import { cursorOf, pageOf, pageQuery } from '../page.ts'
import { perform } from '../perform.ts'
import { readQuery } from '../query.ts'
import { refuse } from '../refuse.ts'
import { misread } from '../problem.ts'
import { ok, type KeyedRoute } from '../route.ts'
import { LEASE, listOf, TOLD } from '../shapes.ts'
import { ownLease } from '../standing.ts'

const mine = pageQuery({ all: z.stringbool().optional() })
const FIELDS = z.record(z.string(), z.unknown())

export const leases: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/leases',
    who: 'member',
    summary: 'leases of yours that last; operators may ask for "?all=true"',
    gives: { 200: listOf('leases', LEASE) },
    ...readQuery(mine, async ({ door }, caller, query) => {
      const page = await door.ports.lane.read((fleet) => {
        const everyone = query.all === true && caller.role === 'operator'
        const rows = everyone ? fleet.leases.values() : fleet.leasesOf.of(caller.tenant)
        const { rows: found, next } = pageOf(rows, cursorOf(query, door.bounds))
        return { leases: found.map((lease) => leaseView(fleet, lease)), next }
      })
      return ok(page)
    }),
  },
  {
    method: 'GET',
    path: '/api/v2/leases/:id',
    who: 'member',
    summary: 'one lease, lasting or ended',
    gives: { 200: z.object({ lease: LEASE }) },
    answer: async ({ door, params }, caller) => {
      const asked = params['id']!
      const lease = await ownLease(door.ports, asked.toUpperCase() as LeaseId, caller)
      if (lease !== undefined) return ok({ lease })
      return refuse(door, {
        type: 'noSuchLease',
        asked,
        held: await door.ports.lane.read((fleet) => heldBy(fleet, caller.tenant)),
      })
    },
  },
  {
    method: 'POST',
    path: '/api/v2/leases/:id/done',
    who: 'member',
    summary:
      'give its machines back; {"collect": ["/var/log/*.log"]} keeps files of them, {"bad": "disk errors"} says that something is wrong with its one machine',
    body: { verb: 'done', given: 'what', example: {} },
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'done'),
  },
  {
    method: 'POST',
    path: '/api/v2/leases/:id/extend',
    who: 'member',
    summary: 'move its end back: {"by": "1h"}, or {"until": "2026-11-28T02:00Z"}',
    body: { verb: 'extend', given: 'what', example: { by: '1h' } },
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'extend'),
  },
  {
    method: 'POST',
    path: '/api/v2/leases/:id/hold',
    who: 'member',
    summary: 'keep its machines for debugging: {"for": "8h", "reason": "panic in ext4"}',
    body: { verb: 'hold', given: 'what', example: { for: '8h', reason: 'panic in ext4' } },
    gives: { 200: TOLD },
    answer: (call, caller) => performOn(call, caller, 'hold'),
  },
]

/** The verb on the lease in the path, with the other fields from the body. */
const performOn: (
  ...args: [...Parameters<KeyedRoute['answer']>, name: string]
) => ReturnType<KeyedRoute['answer']> = async (call, caller, name) => {
  const fields = FIELDS.safeParse(call.body ?? {})
  if (!fields.success) return misread('Send the body as a JSON object.')
  if ('what' in fields.data) return misread('The lease is the one in the address; "what" is not taken here.')
  return perform(call, caller, verbNamed(name)!, { ...fields.data, what: call.params['id'] })
}
