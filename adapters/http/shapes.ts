import {
  LAUNCHES,
  type ArtifactsAnswer,
  type ArtifactView,
  type HeldMachineView,
  type LeaseView,
  type MachineView,
  type PoolView,
  type RequestView,
  type RunView,
  type Tidings,
} from '#core'
import { z } from 'zod'

/**
 * What answers look like, for the description of the API. Nothing is read by these: a field that a view gains or loses breaks
 * the build here, and the tests hold live answers against them.
 */
type Fields<View> = Readonly<Record<keyof View, z.ZodType>>

const id = (example: string) => z.string().meta({ examples: [example] })
const instant = z.string().meta({ format: 'date-time' })
const whole = z.int().min(0)
const maybe = (shape: z.ZodType) => shape.nullable()
const metadata = z.record(z.string(), z.string())
const build = maybe(z.object({ url: z.string(), onFailure: z.enum(['done', 'hold']) })).describe(
  'the Jenkins build with which it ends',
)
const collect = z.array(z.string()).describe('paths that are collected from its machines as they go back')
const agent = maybe(z.object({ launch: z.enum(LAUNCHES), jenkins: z.string() })).describe(
  'which agent of a Jenkins each machine is to have',
)
const details = z.looseObject({})

const heldMachine = {
  name: z.string(),
  address: maybe(z.string()),
  port: maybe(whole),
  user: maybe(z.string()),
  hostKeys: z.array(z.string()).describe('the lines of its public host keys, as Duffy saw them'),
  platform: z.string(),
  chassis: maybe(z.string()),
  arch: z.string(),
  type: z.string(),
  pool: z.string(),
  open: z.boolean().describe('whether one can log in'),
  agent: maybe(z.object({ node: maybe(z.string()), problem: maybe(z.string()) })).describe(
    'its agent, if it was to have one: as which node of its Jenkins, or why it has none',
  ),
} satisfies Fields<HeldMachineView>

const lease = {
  id: id('L7Q2'),
  number: whole,
  state: z.enum(['preparing', 'active', 'ended']),
  request: id('R9K2'),
  tenant: z.string(),
  type: z.string(),
  count: whole,
  platform: z.string(),
  departure: maybe(details).describe("how it differs from the tenant's home platform"),
  until: maybe(instant),
  grantedAt: instant,
  activeAt: maybe(instant),
  endedAt: maybe(instant),
  ending: maybe(z.string()),
  durationMs: whole,
  reason: z.string(),
  metadata,
  hold: maybe(z.object({ since: instant, last: instant, reason: z.string() })),
  build,
  collect,
  agent,
  machines: z.array(z.object(heldMachine)),
} satisfies Fields<LeaseView>

const request = {
  id: id('R9K2'),
  number: whole,
  state: z.enum(['waiting', 'granted', 'cancelled', 'unsatisfiable']),
  tenant: z.string(),
  type: z.string(),
  pool: maybe(z.string()),
  arch: maybe(z.string()),
  labels: z.array(z.string()),
  count: whole,
  platform: z.string(),
  chassis: maybe(z.string()),
  durationMs: whole,
  priority: whole,
  reason: z.string(),
  metadata,
  askedAt: instant,
  position: maybe(whole).describe('its place in the order of service, from 1'),
  from: maybe(instant).describe('when it is to begin, if it is a reservation'),
  estimate: maybe(z.object({ at50: z.array(instant), at90: z.array(instant) })),
  lease: maybe(id('L7Q2')),
  endedAt: maybe(instant),
  ending: maybe(z.string()),
  pollBy: maybe(instant).describe('by when to ask again how it stands'),
  pollWithinMs: maybe(whole),
  elsewhere: whole.describe('machines of other platforms that are free and would do under "any"'),
  build,
  collect,
  agent,
}

const machine = {
  name: z.string(),
  number: whole,
  type: z.string(),
  pool: z.string(),
  platform: z.string(),
  chassis: maybe(z.string()),
  arch: z.string(),
  labels: z.array(z.string()),
  state: z.string(),
  uses: whole,
  attempts: whole,
  idleSince: instant,
  checkedAt: maybe(instant),
  maintenance: maybe(z.object({ from: instant, until: maybe(instant), reason: z.string() })),
  configured: z.boolean(),
  health: details,
} satisfies Fields<MachineView>

const pool = {
  name: z.string(),
  type: z.string(),
  kind: z.string(),
  driver: z.string(),
  machines: whole,
  states: z.record(z.string(), whole),
  keepReady: whole,
  keepReadyBecause: details,
  wanted: whole,
  afterLease: z.string(),
  defaultMs: whole,
  longestMs: whole,
  graceMs: whole,
  draining: z.boolean(),
} satisfies Fields<PoolView>

const run = {
  id: id('N3T8'),
  step: z.string(),
  machine: z.string(),
  lease: maybe(id('L7Q2')),
  attempt: whole,
  state: z.enum(['owed', 'ended']),
  owedAt: instant,
  dueAt: instant,
  endedAt: maybe(instant),
  outcome: maybe(z.string()),
  message: maybe(z.string()),
} satisfies Fields<RunView>

const tidings = {
  id: id('17.2').describe('where it stands in the log: later ones come later'),
  type: z.string().meta({ examples: ['leaseActivated'] }),
  at: instant,
  tenant: maybe(z.string()).describe('null: told to operators alone'),
  request: maybe(id('R9K2')),
  lease: maybe(id('L7Q2')),
  machine: maybe(z.string()),
  data: details.describe('what else there is to say of it'),
} satisfies Fields<Tidings>

export const LEASE = z.looseObject(lease).meta({ id: 'Lease' })
export const REQUEST = z.looseObject(request satisfies Fields<RequestView>).meta({ id: 'Request' })
export const MACHINE = z.looseObject(machine).meta({ id: 'Machine' })
export const POOL = z.looseObject(pool).meta({ id: 'Pool' })
export const TIDINGS = z.object(tidings).meta({ id: 'Event' })
export const RUN = z.looseObject(run).meta({ id: 'Run' })

const artifact = {
  id: id('N3T8-1'),
  machine: z.string(),
  path: z.string().describe('what it was called on the machine; signs that do not print are written out'),
  bytes: whole,
  collectedAt: instant,
  keptUntil: instant,
} satisfies Fields<ArtifactView>
const left = z.object({ machine: z.string(), path: z.string(), because: z.string() })
const failed = z.object({ machine: z.string(), run: id('N3T8'), because: z.string() })
/** What was collected of a lease, in words and as data. */
export const ARTIFACTS = z
  .object({
    detail: z.string(),
    type: z.literal('artifacts'),
    lease: id('L7Q2'),
    lasts: z.boolean().describe('whether the lease lasts'),
    collect: z.array(z.string()).describe('paths that are collected when it ends'),
    collecting: z.array(z.string()).describe('machines of which more may come'),
    artifacts: z.array(z.object(artifact).meta({ id: 'Artifact' })),
    leftOut: z.array(left).describe('what was asked for and is not there, the first of it'),
    leftOutMore: whole,
    failed: z.array(failed).describe('collections that did not end well'),
  } satisfies Fields<ArtifactsAnswer & { detail: string }>)
  .meta({ id: 'Artifacts' })

/** What was done, or found, in words; beside them the same as data. */
export const TOLD = z.looseObject({ detail: z.string() }).meta({ id: 'Told' })
/** What became of a request: a lease, or a place in line. With `dryRun` neither. */
export const GOTTEN = z
  .looseObject({ detail: z.string(), lease: LEASE.optional(), request: REQUEST.optional() })
  .meta({ id: 'Gotten' })

/** A page of a list; `next` is what to go on `?after=`. */
export const listOf = (name: string, row: z.ZodType) => z.object({ [name]: z.array(row), next: maybe(whole) })
