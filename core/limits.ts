import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

/** Every bound that a user can meet, with the name that its refusal uses. Most are as the site's config says; these are the defaults. */
export interface Limits {
  /** Machines in one request. */
  readonly machinesPerRequest: number
  /** Requests waiting at once, all tenants together. */
  readonly waitingRequests: number
  readonly waitingRequestsPerTenant: number
  /** How often others may be served before a request that is first in its line, until it goes before everybody. */
  readonly overtakenMost: number
  /** Who asked, can be told nowhere, and does not ask for so long how the request stands, waits no more. */
  readonly pollWithinMs: number
  /** The shortest such time that a request may name. */
  readonly shortestPollMs: number
  readonly reservationsPerTenant: number
  /** How far ahead machines can be reserved. */
  readonly reservedAheadMs: number
  readonly keysPerPerson: number
  /** Identities that are one person. */
  readonly identitiesPerPerson: number
  /** Codes to link by that are good at once, everybody's together. */
  readonly openLinks: number
  /** Of those, sent by mail for one person. */
  readonly mailsPerPerson: number
  /** How long one is good. */
  readonly linkCodeMs: number
  /** Wrong codes after which somebody's are not looked at any more, for as long as a code is good. */
  readonly linkTries: number
  readonly tenants: number
  readonly membersPerTenant: number
  readonly apiKeysPerTenant: number
  /** Addresses that are told what happens to a tenant; as many again of everybody. */
  readonly webhooksPerTenant: number
  readonly keysPerRequest: number
  /** Shortest lease. */
  readonly shortestMs: number
  /** Characters of a reason. */
  readonly reasonLength: number
  readonly labelsPerRequest: number
  readonly metadataEntries: number
  /** Characters of one metadata value. */
  readonly metadataLength: number
  /** Paths to collect that one request, or one `done`, may name. */
  readonly pathsPerRequest: number
  /** Files collected from one machine. */
  readonly artifactFiles: number
  /** All of them together. */
  readonly artifactMiB: number
  /** Minutes before its end at which a lease's owner is warned, longest first. A warning needs a lease twice as long. */
  readonly warnMinutes: readonly number[]
}

export const DEFAULT_LIMITS: Limits = {
  machinesPerRequest: 100,
  waitingRequests: 10_000,
  waitingRequestsPerTenant: 1_000,
  overtakenMost: 20,
  pollWithinMs: HOUR,
  shortestPollMs: 10 * SECOND,
  reservationsPerTenant: 20,
  reservedAheadMs: 30 * DAY,
  keysPerPerson: 20,
  identitiesPerPerson: 10,
  openLinks: 1_000,
  mailsPerPerson: 3,
  linkCodeMs: 10 * MINUTE,
  linkTries: 5,
  tenants: 10_000,
  membersPerTenant: 500,
  apiKeysPerTenant: 50,
  webhooksPerTenant: 10,
  keysPerRequest: 20,
  shortestMs: MINUTE,
  reasonLength: 200,
  labelsPerRequest: 10,
  metadataEntries: 20,
  metadataLength: 500,
  pathsPerRequest: 20,
  artifactFiles: 1_000,
  artifactMiB: 1_024,
  warnMinutes: [30, 5],
}
