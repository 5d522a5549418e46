import { CHASSIS_RULES, HIGHEST_PRIORITY, STEPS, type Json, type JsonObject, DAY, HOUR, MINUTE, SECOND } from '#core'
import { validate } from 'node-cron'
import { z } from 'zod'
import type * as config from './config.ts'
import { choice, object, PRINTABLE, record, share, span, text, type ShapeOf, whole } from './kinds.ts'
import type { OperatorsConfig } from './operators.ts'
import type { ArtifactsConfig, CronConfig, RetentionConfig } from './upkeep.ts'

export const NAME = /^[a-z0-9](?:[a-z0-9-]{0,39}[a-z0-9])?$/
export const NAME_RULE =
  'A name is small letters, digits and dashes, at most 41 of them, with a letter or a digit at both ends.'
const name = z.string({ error: NAME_RULE }).regex(NAME, { error: NAME_RULE })

const word = (sentence: string) =>
  z.string({ error: sentence }).regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,40}$/, { error: sentence })
const label = word('A label is letters, digits and `.`, `_`, `+`, `-`, at most 41 of them.')
const labels = z.array(label, { error: 'Give a list of words.' }).max(50, { error: 'Give at most 50 labels.' })

const json: z.ZodType<Json> = z.json({
  error: 'Give text, numbers, true, false, null, and lists and objects of those.',
})
const variables: z.ZodType<JsonObject> = z.record(z.string(), json, { error: 'Give an object: `{ name: value }`.' })

const cron = z
  .string({ error: 'Give a cron expression.' })
  .refine(validate, { error: 'Give a cron expression of five or six fields, such as `23 3 * * *`.' })

const MEMORY_RULE = 'Give the memory in GiB, a number above 0 and at most 1048576.'
const memory = z.number({ error: MEMORY_RULE }).positive({ error: MEMORY_RULE }).max(1_048_576, { error: MEMORY_RULE })

export const platformSchema = object(
  {
    arch: word('Give an architecture, such as `x86_64`.'),
    vendor: word('Give the maker of the processor, such as `intel`.'),
    model: text(100, 'Give the model as one line of text, such as `Dell R640`.').optional(),
    memoryGiB: memory.optional(),
    description: z
      .string({ error: 'Give one line of text.' })
      .max(200, { error: 'Give at most 200 characters.' })
      .regex(PRINTABLE, { error: 'Give one line of text.' })
      .default(''),
  } satisfies ShapeOf<config.PlatformConfig>,
  'Describe the platform: `{ arch, vendor, model, memoryGiB, description }`.',
)

export const machineSchema = object(
  {
    name,
    platform: name,
    chassis: name.optional(),
    labels: labels.default([]),
    variables: variables.default({}),
  } satisfies ShapeOf<config.MachineConfig>,
  'Describe the machine: `{ name, platform }`.',
)

const elasticSchema = object(
  {
    most: whole(1, 10_000),
    name,
    platform: name,
    labels: labels.default([]),
    variables: variables.default({}),
  } satisfies ShapeOf<config.ElasticConfig>,
  'Describe its machines: `{ most, name, platform }`.',
)

const MISS_RULE = 'Give a number from 0.0001 to 0.5.'
const predictedSchema = object(
  {
    missProbability: z
      .number({ error: MISS_RULE })
      .min(0.0001, { error: MISS_RULE })
      .max(0.5, { error: MISS_RULE })
      .default(0.05),
    least: whole(0, 100_000).default(0),
    most: whole(0, 100_000).optional(),
    atFirst: whole(0, 100_000).optional(),
  } satisfies ShapeOf<config.PredictedConfig>,
  'Describe how the level follows demand: `{ missProbability, least, most, atFirst }`.',
)
const READY_RULE = "Give a number of machines, or 'predicted', or `{ missProbability, least, most, atFirst }`."
const fixedSchema = z.int({ error: READY_RULE }).min(0, { error: READY_RULE }).max(100_000, { error: READY_RULE })
/** By hand, since a union would say of no part of it what is wrong there. */
const ready = z.unknown().transform((written, context) => {
  const value = written === 'predicted' ? {} : written
  const read = typeof value === 'object' ? predictedSchema.safeParse(value) : fixedSchema.safeParse(value)
  if (read.success) return read.data
  for (const issue of read.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
  return z.NEVER
})

const deadline = span(SECOND, DAY)
const deadlinesSchema = object(
  {
    provision: deadline.default(10 * MINUTE),
    check: deadline.default(MINUTE),
    grant: deadline.default(2 * MINUTE),
    revoke: deadline.default(2 * MINUTE),
    collect: deadline.default(5 * MINUTE),
    recycle: deadline.default(10 * MINUTE),
    rebuild: deadline.default(30 * MINUTE),
    shutdown: deadline.default(5 * MINUTE),
    burnin: deadline.default(10 * MINUTE),
  } satisfies ShapeOf<NonNullable<config.PoolConfig['deadlines']>>,
  'Give a length of time for each step: `{ provision: "10m" }`.',
)

const healthSchema = object(
  {
    falseAlarmEvery: whole(10, 1_000_000_000).default(100_000),
    mostShare: share().default(0.1),
    quarantines: whole(0, 20).default(3),
    within: span(HOUR).default(30 * DAY),
  } satisfies ShapeOf<config.HealthConfig>,
  'Say when a machine is unwell: `{ falseAlarmEvery: 100_000, mostShare: 0.1 }`.',
)

export const poolSchema = object(
  {
    type: choice(['metal', 'vm']),
    driver: name,
    // Read one by one later, so that a fault in one machine hides none in another.
    machines: z.array(z.unknown(), { error: 'Give a list of machines: `[{ name, platform }]`.' }).optional(),
    elastic: elasticSchema.optional(),
    ready: ready.optional(),
    afterLease: choice(['recycle', 'rebuild', 'shutdown']).optional(),
    steps: z.array(choice(STEPS), { error: 'Give a list of steps.' }).optional(),
    lease: span(MINUTE).optional(),
    longest: span(MINUTE).default(DAY),
    grace: span(0, DAY).default(5 * MINUTE),
    prepare: span(SECOND, DAY).default(15 * MINUTE),
    preferWait: span(0, 7 * DAY).default(10 * MINUTE),
    chassis: choice(CHASSIS_RULES).default('any'),
    checkEvery: span(SECOND).default(30 * MINUTE),
    idleLimit: span(MINUTE).default(7 * DAY),
    deadlines: deadlinesSchema.prefault({}),
    failureLimit: whole(1, 100).default(3),
    backoff: span(0, DAY).default(5 * SECOND),
    probation: span(SECOND, 30 * DAY).default(10 * MINUTE),
    health: healthSchema.prefault({}),
  } satisfies ShapeOf<config.PoolConfig>,
  'Describe the pool: `{ type, driver, machines }` or `{ type, driver, elastic }`.',
)
export type PoolRead = z.output<typeof poolSchema>

const holdsSchema = object(
  { most: whole(0, 100_000).default(1), longest: span(MINUTE).default(DAY) } satisfies ShapeOf<config.HoldsConfig>,
  'Say what may be kept for debugging: `{ most: 1, longest: "24h" }`.',
)

const WEIGHT = 'Give a number from 0.01 to 1000.'
const weight = z.number({ error: WEIGHT }).min(0.01, { error: WEIGHT }).max(1000, { error: WEIGHT })

export const tenantSchema = object(
  {
    quota: whole(0, 100_000).default(10),
    weight: weight.default(1),
    priority: whole(0, HIGHEST_PRIORITY).default(0),
    members: z
      .array(z.string({ error: 'Give `irc:<network>:<account>` or `slack:<team>:<user>`.' }), {
        error: 'Give a list of `irc:<network>:<account>` or `slack:<team>:<user>`.',
      })
      .default([]),
    keys: z
      .array(z.string({ error: 'Give a public key as one line of text.' }), { error: 'Give a list of public keys.' })
      .default([]),
    lease: span(MINUTE).optional(),
    longest: span(MINUTE).optional(),
    holds: holdsSchema.prefault({}),
  } satisfies ShapeOf<config.TenantConfig>,
  'Describe the tenant: `{ quota, members }`.',
)

const WARNING = 'Give a number of minutes above 0, at most 10080 (a week).'
const warning = z.number({ error: WARNING }).positive({ error: WARNING }).max(10_080, { error: WARNING })
/** The greatest of each limit is what the arguments of `get` can carry. */
export const limitsSchema = object(
  {
    machinesPerRequest: whole(1, 1000).optional(),
    waitingRequests: whole(0, 1_000_000).optional(),
    waitingRequestsPerTenant: whole(0, 1_000_000).optional(),
    overtakenMost: whole(1, 1_000_000).optional(),
    pollWithin: span(10 * SECOND).optional(),
    shortestPoll: span(10 * SECOND, DAY).optional(),
    reservationsPerTenant: whole(0, 10_000).optional(),
    reservedAhead: span(MINUTE, 366 * DAY).optional(),
    keysPerPerson: whole(1, 1000).optional(),
    keysPerRequest: whole(1, 200).optional(),
    shortest: span(SECOND, DAY).optional(),
    reasonLength: whole(0, 2000).optional(),
    labelsPerRequest: whole(0, 100).optional(),
    metadataEntries: whole(0, 200).optional(),
    metadataLength: whole(1, 5000).optional(),
    pathsPerRequest: whole(1, 200).optional(),
    artifactFiles: whole(1, 100_000).optional(),
    artifactMiB: whole(1, 1_048_576).optional(),
    warnMinutes: z
      .array(warning, { error: 'Give a list of minutes, such as `[30, 5]`.' })
      .max(10, { error: 'Give at most 10 warnings.' })
      .optional(),
  } satisfies ShapeOf<config.LimitsConfig>,
  'Give the limits that differ from the defaults: `{ machinesPerRequest: 10 }`.',
)

export const ansibleSchema = object(
  {
    concurrency: whole(1, 1000).default(4),
    playbookDirs: z.array(text(4096, 'Give the path of a folder.'), { error: 'Give a list of folders.' }).default([]),
    logLimitKiB: whole(1, 1_048_576).default(1024),
    infrastructureKey: text(4096, 'Give the path of a file.').optional(),
  } satisfies ShapeOf<config.AnsibleConfig>,
  'Give the settings for playbooks: `{ concurrency: 4 }`.',
)

export const cronSchema = object(
  { sweep: cron.default('* * * * * *'), prune: cron.default('23 3 * * *') } satisfies ShapeOf<CronConfig>,
  'Give cron expressions: `{ sweep: "* * * * * *" }`.',
)

export const retentionSchema = object(
  {
    answers: span(MINUTE).default(DAY),
    runs: span(HOUR).default(30 * DAY),
    artifacts: span(SECOND).default(7 * DAY),
  } satisfies ShapeOf<RetentionConfig>,
  'Give lengths of time: `{ runs: "30d" }`.',
)

const SIZE = 'Give a number of GiB above 0, at most 1048576.'
const gib = z.number({ error: SIZE }).positive({ error: SIZE }).max(1_048_576, { error: SIZE })
export const artifactsSchema = object(
  {
    folder: text(4096, 'Give the path of a folder.').optional(),
    mostGiB: gib.default(10),
    mostPerTenantGiB: gib.default(4),
  } satisfies ShapeOf<ArtifactsConfig>,
  'Say how much is kept: `{ mostGiB: 10, mostPerTenantGiB: 4 }`.',
)

const ROOM = 'Give rooms such as `irc:libera:#lab-ops` or `slack:C0123456789`.'
const rooms = z.array(z.string({ error: ROOM }), { error: ROOM }).max(10, { error: 'Give at most 10 rooms.' })
export const operatorsSchema = object(
  {
    notices: rooms.default([]),
    controlRooms: rooms.default([]),
  } satisfies ShapeOf<OperatorsConfig>,
  'Say where operators are told things: `{ notices: ["irc:libera:#lab-ops"] }`.',
)

/** The file as a whole; each section is read by its own schema. */
export const configSchema = object(
  {
    dataDir: text(4096, 'Give the path of a folder.').optional(),
    platforms: record('Describe the platforms: `{ name: { arch, vendor } }`.'),
    pools: record('Describe the pools: `{ name: { type, driver, machines } }`.'),
    tenants: record('Describe the tenants: `{ name: { quota } }`.').default({}),
    limits: z.unknown().default({}),
    irc: record('Describe the networks: `{ name: { host } }`.').default({}),
    slack: z.unknown().optional(),
    operators: z.unknown().default({}),
    mail: z.unknown().optional(),
    jenkins: record('Describe the Jenkinses: `{ name: { url } }`.').default({}),
    http: z.unknown().default({}),
    v3: z.unknown().default({}),
    legacy: z.unknown().default({}),
    webhooks: z.unknown().default({}),
    ansible: z.unknown().default({}),
    cron: z.unknown().default({}),
    retention: z.unknown().default({}),
    artifacts: z.unknown().default({}),
  } satisfies ShapeOf<config.Config>,
  'Let the file end in `export default defineConfig({ platforms, pools })`.',
)
export type ConfigRead = z.output<typeof configSchema>
