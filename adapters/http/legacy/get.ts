import type {
  Fleet,
  GetCommand,
  MachineName,
  MachineType,
  Pool,
  PoolName,
  Refusal,
  RefusalType,
  TenantName,
} from '#core'
import type { Caller } from '../api-key.ts'
import { badOwnId } from '../call.ts'
import { lengthFor } from '../facade/length.ts'
import { plainGet, reserve } from '../facade/reserve.ts'
import type { LegacySettings } from '../facade/settings.ts'
import { callerOfUuid } from '../facade/uuid-key.ts'
import type { Answer, Call } from '../route.ts'
import { refusalWords } from '../words.ts'
import { hostOf } from './host.ts'
import { poolFor, type Wanted } from './pools.ts'
import { badKey, bare, insufficient, json, parameter, tooOften, type LegacyRoute } from './route.ts'

const DOOR = 'legacy'

/** Machines for whoever has a key, all of them or none. */
export const get: LegacyRoute = async ({ call, settings, slow }) => {
  const key = parameter(call, 'key')
  if (key === undefined) return badKey()
  const caller = await callerOfUuid(key, call.door.ports)
  if (caller === null) return slow.stranger() ? tooOften() : unknownKey()
  if (slow.caller(caller.key)) return tooOften()
  const count = countOf(call)
  if (count === null) return notANumber()
  const odd = badOwnId(call)
  if (odd !== null) return failed(odd)
  const wanted = wantedOf(call)
  const command = await call.door.ports.lane.read((fleet, at): GetCommand | Answer => {
    const tenant = fleet.tenants.get(caller.tenant)
    if (tenant?.active !== true) return unknownKey()
    return tooMany(fleet, tenant.name, { at, settings }) ?? commandOf(fleet, caller, { wanted, count, settings })
  })
  if ('status' in command) return command
  const reserved = await reserve(call, caller, {
    parts: [command],
    door: DOOR,
    hold: settings,
    wish: `legacy ${wanted.ver} ${wanted.arch} ${wanted.flavor || 'none'} ${count}`,
  })
  switch (reserved.type) {
    case 'leases': {
      const machines = await call.door.ports.lane.read((fleet) =>
        (fleet.leases.get(reserved.leases[0])?.machines ?? []).map(({ machine }) => hostIn(fleet, machine, settings)),
      )
      return json({ hosts: machines, ssid: reserved.leases[0] })
    }
    case 'refused':
      return refusedGet(call, reserved.refusal)
    case 'short':
    case 'gone':
      return insufficient()
    case 'unprepared':
      return json('Failed to allocate nodes')
  }
}

const unknownKey = (): Answer => bare('Invalid duffy key')

const countOf = (call: Call): number | null => {
  const text = parameter(call, 'count') ?? '1'
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null
}

const notANumber = (): Answer =>
  json(
    {
      detail: [{ loc: ['query', 'count'], msg: 'value is not a valid integer above 0', type: 'type_error.integer' }],
    },
    422,
  )

/** Where the architecture is one of those, machines were only ever had in flavours. */
const FLAVOURED: readonly string[] = ['aarch64', 'ppc64le']

const wantedOf = (call: Call): Wanted => {
  const arch = parameter(call, 'arch') ?? 'x86_64'
  const flavor = parameter(call, 'flavor') ?? (FLAVOURED.includes(arch) ? 'tiny' : '')
  return { ver: parameter(call, 'ver') ?? '7', arch, flavor }
}

/** So many sessions of one key, taken so recently and kept, are a loop gone wild. */
const tooMany = (
  fleet: Fleet,
  tenant: TenantName,
  { at, settings: { rate } }: { readonly at: number; readonly settings: LegacySettings },
): Answer | null => {
  if (rate === null) return null
  const since = at - rate.withinMs
  let recent = 0
  for (const { grantedAt } of fleet.leasesOf.of(tenant)) if (grantedAt > since) recent += 1
  if (recent <= rate.sessions) return null
  const minutes = Math.round(rate.withinMs / 60_000)
  return json(`Failed to allocate nodes: Rate limit exceeded: ${recent} sessions in the last ${minutes} minutes`, 429)
}

interface Terms {
  readonly wanted: Wanted
  readonly count: number
  readonly settings: LegacySettings
}

const commandOf = (fleet: Fleet, caller: Caller, { wanted, count, settings }: Terms): GetCommand | Answer => {
  const isAny = settings.pools.length === 0
  const name = isAny ? null : poolFor(settings.pools, wanted)
  if (name === null && !isAny)
    return failed(`no pool is for version ${wanted.ver}, ${wanted.arch}, flavor ${wanted.flavor || 'none'}`)
  const pool = name === null ? firstPool(fleet) : fleet.pools.get(name as PoolName)
  if (pool?.configured !== true) return failed(name === null ? 'there is no pool' : `there is no pool ${name}`)
  const command = plainGet({
    type: pool.type,
    pool: isAny ? null : pool.name,
    count,
    durationMs: lengthFor(fleet.tenants.need(caller.tenant), pool, settings.leaseMs),
  })
  return isAny ? { ...command, arch: wanted.arch } : command
}

/** The pool whose terms apply where the site maps nothing: metal before virtual machines, then by name. */
const firstPool = (fleet: Fleet): Pool | undefined => {
  const rank: Readonly<Record<MachineType, number>> = { metal: 0, vm: 1 }
  return [...fleet.pools.values()]
    .filter(({ configured }) => configured)
    .toSorted((a, b) => rank[a.type] - rank[b.type] || (a.name < b.name ? -1 : 1))[0]
}

const hostIn = (fleet: Fleet, name: MachineName, settings: LegacySettings): string =>
  hostOf(fleet.machines.need(name), settings)

/** What comes free by itself is worth another try; what never will is told in JSON, at which clients give up. */
const refusedGet = (call: Call, refusal: Refusal): Answer => {
  if (refusal.type === 'overQuota' && refusal.count <= refusal.quota) return insufficient()
  if (LATER.has(refusal.type)) return insufficient()
  return refusal.type === 'stranger' ? unknownKey() : failed(refusalWords(refusal, call.door.ports.clock()))
}

const LATER: ReadonlySet<RefusalType> = new Set(['noneFree', 'queueFull'])

const failed = (why: string): Answer => json(`Failed to allocate nodes: ${why}`)
