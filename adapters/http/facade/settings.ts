/** What the doors for older clients have in common. */
export interface FacadeSettings {
  readonly enabled: boolean
  /** How long a lease from here lasts, where the pool and the tenant allow so much: older clients name no length. */
  readonly leaseMs: number
  /** How long an answer is held while its request stands in line; then it is "none are ready", as it would have been at once. */
  readonly waitMs: number
  /** How long the place of a request that was not served is kept for whoever asks for the same again; null: not at all. */
  readonly keepPlaceMs: number | null
}

export interface V3Settings extends FacadeSettings {
  /** Whether lists without credentials show everybody's sessions, and how machines are reached, as they did in Duffy v3. */
  readonly openLists: boolean
}

/** Which pool is meant by what clients before v3 say: null fits anything, a text itself, and one that starts with `^` is a pattern. */
export interface PoolRule {
  readonly ver: string | null
  readonly arch: string | null
  readonly flavor: string | null
  /** Its name, in which `{ver}`, `{arch}` and `{flavor}` stand for what was asked for. */
  readonly pool: string
}

export interface LegacySettings extends FacadeSettings {
  /** The first that fits counts. None at all: any machine of the architecture, metal where there is metal. */
  readonly pools: readonly PoolRule[]
  /** What hosts are called, `{name}` being the machine's own name and `{address}` where it answers. */
  readonly hostname: string
  /** More sessions than this of one tenant, taken within this time and kept, and it gets no more; null: no such bound. */
  readonly rate: { readonly sessions: number; readonly withinMs: number } | null
}

const DEFAULT_FACADE: FacadeSettings = {
  enabled: true,
  leaseMs: 6 * 3_600_000,
  waitMs: 20_000,
  keepPlaceMs: 600_000,
}
export const DEFAULT_V3: V3Settings = { ...DEFAULT_FACADE, openLists: false }
export const DEFAULT_LEGACY: LegacySettings = {
  ...DEFAULT_FACADE,
  pools: [],
  hostname: '{name}',
  rate: { sessions: 5, withinMs: 5 * 60_000 },
}
