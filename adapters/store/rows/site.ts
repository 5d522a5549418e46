import type { Counter, MachineType, Platform, PlatformName, Pool, PoolName, SiteState } from '#core'
import { CounterRow, PlatformRow, PoolRow, SiteRow, type Row } from '../entities.ts'
import { parse, parseOrNull, print, printOrNull } from './json.ts'
import type { Rows } from './rows.ts'

export const pools: Rows<Pool, Row<typeof PoolRow>> = {
  entity: PoolRow,
  key: 'name',
  write: ({ name, type, driver, configured, ...policy }) => ({
    name,
    type,
    driver,
    configured: Number(configured),
    policy: JSON.stringify(policy),
  }),
  read: ({ name, type, driver, configured, policy }) => ({
    ...parse<Omit<Pool, 'name' | 'type' | 'driver' | 'configured'>>(policy),
    name: name as PoolName,
    type: type satisfies MachineType,
    driver,
    configured: configured === 1,
  }),
}

export const platforms: Rows<Platform, Row<typeof PlatformRow>> = {
  entity: PlatformRow,
  key: 'name',
  write: ({ name, arch, vendor, model, memoryGiB, description }) => ({
    name,
    arch,
    vendor,
    model,
    memory_gib: memoryGiB,
    description,
  }),
  read: ({ name, arch, vendor, model, memory_gib: memoryGiB, description }) => ({
    name: name as PlatformName,
    arch,
    vendor,
    model: model ?? null,
    memoryGiB: memoryGiB ?? null,
    description,
  }),
}

/** The last number given of each kind of thing. A number knows no name, so rows are read and written with theirs. */
export const counters: Rows<number, Row<typeof CounterRow>, Counter> = {
  entity: CounterRow,
  key: 'name',
  write: (value, name) => ({ name, value }),
  read: ({ value }) => value,
}

export const sites: Rows<SiteState, Row<typeof SiteRow>, 'site'> = {
  entity: SiteRow,
  key: 'name',
  write: ({ digest, limits, controlRooms, operators }, name) => ({
    name,
    digest,
    limits: print(limits),
    control_rooms: print(controlRooms),
    operators: printOrNull(operators),
  }),
  read: ({ digest, limits, control_rooms: controlRooms, operators }) => ({
    digest,
    limits: parse(limits),
    controlRooms: parse(controlRooms),
    operators: parseOrNull(operators ?? null),
  }),
}
