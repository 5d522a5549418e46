import type { Faults } from './faults.ts'
import { flag, HOUR, MINUTE, object, SECOND, span, type ShapeOf, type Span } from './kinds.ts'

/** A door for clients of an older Duffy, which get what they know without a change. See docs/clients.md. */
export interface FacadeConfig {
  /** Default: true. It lets nobody in who was not given a key. */
  readonly enabled?: boolean
  /** How long a lease from here lasts, where its pool and tenant allow so much: these clients name no length. Default: `6h`. */
  readonly lease?: Span
  /**
   * How long an answer is held while its request waits in line, before it is "none are ready". `0s` answers at once, as older
   * Duffys did. Default: `20s`.
   */
  readonly wait?: Span
}

export interface V3Config extends FacadeConfig {
  /** Lists without credentials show everybody's sessions and how machines are reached, as they did in Duffy v3. Default: false. */
  readonly openLists?: boolean
}

/** What the doors for older clients have in common. */
export interface FacadeSettings {
  readonly enabled: boolean
  readonly leaseMs: number
  readonly waitMs: number
}

export interface V3Settings extends FacadeSettings {
  readonly openLists: boolean
}

const facade = {
  enabled: flag.default(true),
  lease: span(MINUTE).default(6 * HOUR),
  wait: span(0, 10 * MINUTE).default(20 * SECOND),
}

const v3Schema = object(
  { ...facade, openLists: flag.default(false) } satisfies ShapeOf<V3Config>,
  'Give the settings of the API of Duffy v3: `{ wait: "20s" }`.',
)

export const readV3 = (written: unknown, faults: Faults): V3Settings | null => {
  const read = faults.read(v3Schema, written, ['v3'])
  return read === null ? null : facadeOf(read)
}

const facadeOf = <Read extends { readonly lease: number; readonly wait: number }>({ lease, wait, ...rest }: Read) => ({
  ...rest,
  leaseMs: lease,
  waitMs: wait,
})
