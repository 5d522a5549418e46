import { DAY, HOUR, MINUTE, SECOND } from '#core'
import { z } from 'zod'
import { instead, type Faults } from './faults.ts'
import { flag, object, span, text, whole, type ShapeOf, type Span } from './kinds.ts'

/** A door for clients of an older Duffy, which get what they know without a change. See docs/clients.md. */
export interface FacadeConfig {
  /** Default: true. It lets nobody in who was not given a key. */
  readonly enabled?: boolean
  /**
   * How long a lease from here lasts whose tenant has no usual lease of its own, where pool and tenant allow so much: these clients
   * name no length. Default: `6h`.
   */
  readonly lease?: Span
  /**
   * How long an answer is held while its request waits in line, before it is "none are ready". `0s` answers at once, as older
   * Duffys did. Default: `20s`.
   */
  readonly wait?: Span
  /**
   * How long a request that waited in vain keeps its place in line for whoever asks for the same again: longer than clients pause between
   * tries. Meanwhile it is passed by whoever waits. `0s` keeps none. Default: `10m`.
   */
  readonly keepPlace?: Span
}

export interface V3Config extends FacadeConfig {
  /** Lists without credentials show everybody's sessions and how machines are reached, as they did in Duffy v3. Default: false. */
  readonly openLists?: boolean
}

export interface LegacyConfig extends FacadeConfig {
  /**
   * Which pool is meant by the version, architecture and flavour that a client names: the first rule that fits. Default: no
   * rules; any machine of the architecture will do then, metal where there is metal.
   */
  readonly pools?: readonly PoolRuleConfig[]
  /**
   * What hosts are called: `{name}` stands for the machine's name, `{address}` for where it answers. cico takes every host whose
   * name is a part of a name that it was given for its own, so no name is to be the beginning of another. Default: `{name}`.
   */
  readonly hostname?: string
  /** A tenant that keeps more sessions than this from within this time gets no more. Default: more than 5 within `5m`; false: no bound. */
  readonly rate?: false | { readonly sessions: number; readonly within: Span }
}

/** What is left out fits anything; a text fits itself; one that starts with `^` is a regular expression. */
export interface PoolRuleConfig {
  readonly ver?: string
  readonly arch?: string
  readonly flavor?: string
  /** The pool's name, in which `{ver}`, `{arch}` and `{flavor}` stand for what was asked for. */
  readonly pool: string
}

/** What the doors for older clients have in common. */
export interface FacadeSettings {
  readonly enabled: boolean
  readonly leaseMs: number
  readonly waitMs: number
  readonly keepPlaceMs: number | null
}

export interface V3Settings extends FacadeSettings {
  readonly openLists: boolean
}

export interface LegacySettings extends FacadeSettings {
  readonly pools: readonly PoolRule[]
  readonly hostname: string
  readonly rate: { readonly sessions: number; readonly withinMs: number } | null
}

interface PoolRule {
  readonly ver: string | null
  readonly arch: string | null
  readonly flavor: string | null
  readonly pool: string
}

const facade = {
  enabled: flag.default(true),
  lease: span(MINUTE).default(6 * HOUR),
  wait: span(0, 10 * MINUTE).default(20 * SECOND),
  keepPlace: span(0, DAY).default(10 * MINUTE),
}

const v3Schema = object(
  { ...facade, openLists: flag.default(false) } satisfies ShapeOf<V3Config>,
  'Give the settings of the API of Duffy v3: `{ wait: "20s" }`.',
)

const isPattern = (written: string): boolean => {
  if (!written.startsWith('^')) return true
  try {
    return new RegExp(written) instanceof RegExp
  } catch {
    return false
  }
}
const PATTERN = 'Give a word, or a regular expression that starts with `^`.'
const pattern = text(100, PATTERN).refine(isPattern, { error: PATTERN }).nullable().default(null)

const ruleSchema = object(
  { ver: pattern, arch: pattern, flavor: pattern, pool: text(100, 'Name a pool.') } satisfies ShapeOf<PoolRuleConfig>,
  "Give a rule: `{ ver: '9', arch: 'x86_64', pool: 'metal' }`.",
)

const HOSTNAME = 'Give a host name with `{name}` or `{address}` in it, such as `{name}.ci.example.org`.'

const legacySchema = object(
  {
    ...facade,
    pools: z
      .array(ruleSchema, { error: 'Give a list of rules.' })
      .max(1000, { error: 'Give at most 1000 rules.' })
      .default([]),
    hostname: text(200, HOSTNAME)
      .regex(/^[A-Za-z0-9._-]*\{(?:name|address)\}[A-Za-z0-9._-]*$/, { error: HOSTNAME })
      .default('{name}'),
    rate: z
      .union([
        z.literal(false),
        object(
          { sessions: whole(0, 100_000), within: span(SECOND) },
          'Give `{ sessions: 5, within: "5m" }`, or false.',
        ),
      ])
      .default({ sessions: 5, within: 5 * MINUTE }),
  } satisfies ShapeOf<LegacyConfig>,
  'Give the settings of the API before Duffy v3: `{ pools: [{ pool: "metal" }] }`.',
)

/** `pools` are the names of all there are. */
export const readLegacy = (written: unknown, pools: readonly string[], faults: Faults): LegacySettings | null => {
  const read = faults.read(legacySchema, written, ['legacy'])
  if (read === null) return null
  for (const [at, { pool }] of read.pools.entries()) {
    if (!pool.includes('{') && !pools.includes(pool))
      faults.add(['legacy', 'pools', at, 'pool'], `There is no pool \`${pool}\`${instead(pool, pools)}`)
  }
  const { rate, ...rest } = facadeOf(read)
  return { ...rest, rate: rate === false ? null : { sessions: rate.sessions, withinMs: rate.within } }
}

export const readV3 = (written: unknown, faults: Faults): V3Settings | null => {
  const read = faults.read(v3Schema, written, ['v3'])
  return read === null ? null : facadeOf(read)
}

const facadeOf = <Read extends { readonly lease: number; readonly wait: number; readonly keepPlace: number }>({
  lease,
  wait,
  keepPlace,
  ...rest
}: Read) => ({
  ...rest,
  leaseMs: lease,
  waitMs: wait,
  keepPlaceMs: keepPlace === 0 ? null : keepPlace,
})
