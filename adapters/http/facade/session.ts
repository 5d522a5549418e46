import { leaseId, type Fleet, type Lease } from '#core'
import type { Ports } from '../ports.ts'

/** A session: one lease, or those of several pools that were granted together. */
export type Session = readonly [Lease, ...Lease[]]

/** Under which a lease says which part of a session it is: `2/3`. Parts have numbers one after the other, the first the session's. */
const PART = 'v3-part'

export const partMetadata = (at: number, of: number): Readonly<Record<string, string>> =>
  of === 1 ? {} : { [PART]: `${at + 1}/${of}` }

/** The numbers of the leases that a lease says it belongs with. */
const numbersOf = ({ number, metadata }: Lease): number[] => {
  const [, at, of] = /^(\d{1,2})\/(\d{1,2})$/.exec(metadata[PART] ?? '') ?? []
  if (at === undefined || of === undefined) return [number]
  const first = number - Number(at) + 1
  return Array.from({ length: Number(of) }, (_, index) => first + index).filter((one) => one > 0)
}

/** What people may write is believed only where the others say the same, and are of the same tenant. */
const isWith = (one: Lease, other: Lease): boolean =>
  one.tenant === other.tenant && String(numbersOf(one)) === String(numbersOf(other))

/** Its parts that last. */
export const present = (fleet: Fleet, lease: Lease): Session => {
  const parts = numbersOf(lease).flatMap((number) => fleet.leases.get(leaseId(number)) ?? [])
  return together(lease, parts)
}

/** All its parts, over or not; undefined if there never was such a lease. */
export async function sessionOfNumber({ lane, store }: Ports, number: number): Promise<Session | undefined> {
  const find = async (one: number): Promise<Lease | undefined> =>
    (await lane.read((fleet) => fleet.leases.get(leaseId(one)))) ?? store.lease(leaseId(one))
  const lease = await find(number)
  if (lease === undefined) return undefined
  const parts = await Promise.all(numbersOf(lease).map(async (one) => (one === number ? lease : find(one))))
  return together(
    lease,
    parts.flatMap((part) => part ?? []),
  )
}

const together = (lease: Lease, parts: readonly Lease[]): Session => {
  const [first, ...rest] = parts.filter((part) => isWith(lease, part))
  return first === undefined ? [lease] : [first, ...rest]
}
