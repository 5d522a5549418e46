/** What the doors for older clients have in common. */
export interface FacadeSettings {
  readonly enabled: boolean
  /** How long a lease from here lasts, where the pool and the tenant allow so much: older clients name no length. */
  readonly leaseMs: number
  /** How long an answer is held while its request stands in line; then it is "none are ready", as it would have been at once. */
  readonly waitMs: number
}

export interface V3Settings extends FacadeSettings {
  /** Whether lists without credentials show everybody's sessions, and how machines are reached, as they did in Duffy v3. */
  readonly openLists: boolean
}

export const DEFAULT_FACADE: FacadeSettings = { enabled: true, leaseMs: 6 * 3_600_000, waitMs: 20_000 }
export const DEFAULT_V3: V3Settings = { ...DEFAULT_FACADE, openLists: false }
