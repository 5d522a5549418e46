import {
  CHASSIS_RULES,
  DEFAULT_STEP_TIMES,
  describedSteps,
  EVEN,
  HIGHEST_PRIORITY,
  OFFICE,
  readDuration,
  STEPS,
  type DescribedLoad,
  type DescribedStep,
  type Site,
  type StepModel,
} from '#core'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { EXIT, Stop } from '../world.ts'

const LONGEST_MS = 366 * 86_400_000

const object = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `there is no ${issue.keys.map((key) => `"${key}"`).join(', ')} here; there is ${Object.keys(shape).join(', ')}`
        : `give an object of ${Object.keys(shape).join(', ')}`,
  })
const time = z.string({ error: 'give a length of time, such as "40m" or "2h"' }).transform((text, context) => {
  const ms = readDuration(text, LONGEST_MS)
  if (typeof ms === 'number') return ms
  context.addIssue({ code: 'custom', message: `"${text}" is no length of time; write it as "40m" or "2h"` })
  return z.NEVER
})
const number = (least: number, most: number) => {
  const error = `give a number from ${least} to ${most}`
  return z.number({ error }).min(least, { error }).max(most, { error })
}
const whole = (least: number, most: number) =>
  number(least, most).refine(Number.isInteger, { error: 'give a whole number' })
const word = z.string({ error: 'give a word in quotes' }).min(1, { error: 'give a word in quotes' })
const HOURS = 168
const hours = z.union([z.enum(['even', 'office']), z.array(number(0, 1_000_000)).length(HOURS)], {
  error: `give "even", "office", or ${HOURS} numbers, one for each hour of the week from Monday 00:00 UTC`,
})

/** What a tenant asks for again and again, as it is written. */
const askSchema = object({
  type: word,
  pool: word.optional(),
  arch: word.optional(),
  labels: z.array(word, { error: 'give a list of words' }).default([]),
  platform: z.enum(['same', 'prefer', 'any'], { error: 'give one of same, prefer, any' }).default('same'),
  chassis: z.enum(CHASSIS_RULES, { error: `give one of ${CHASSIS_RULES.join(', ')}` }).optional(),
  count: z
    .union([whole(1, 1000), z.record(z.string().regex(/^[1-9]\d{0,3}$/), number(0, 1_000_000))], {
      error: 'give a number of machines, or how often each number is asked for, as in { 1: 8, 3: 2 }',
    })
    .default(1),
  perHour: number(0.001, 100_000),
  hours: hours.default('even'),
  for: time.default(2 * 3_600_000),
  used: time.optional(),
  spread: number(1, 10).default(1.5),
  early: number(0, 1).default(1),
  patience: time.optional(),
  impatient: number(0, 1).default(1),
  priority: whole(0, HIGHEST_PRIORITY).default(0),
})
export type AskWritten = z.input<typeof askSchema>

const stepSchema = z.union(
  [
    time.transform((medianMs) => ({ medianMs })),
    object({ median: time, spread: number(1, 10).default(1.3), failures: number(0, 1).default(0) }).transform(
      ({ median, ...rest }) => ({ medianMs: median, ...rest }),
    ),
  ],
  { error: 'give a length of time, or { median: "2m", spread: 1.3, failures: 0.02 }' },
)

const fileSchema = object({
  tenants: z.record(z.string(), z.array(askSchema, { error: 'give a list of what it asks for' }), {
    error: 'give what each tenant asks for, by its name',
  }),
  steps: z.partialRecord(z.enum(STEPS), stepSchema, { error: `steps are ${STEPS.join(', ')}` }).default({}),
})

/** A load as somebody describes it. */
export interface Described {
  readonly tenants: readonly DescribedLoad[]
  readonly steps: () => StepModel
}

/** Reads a JSON file, or a module that exports the same by default, and what `--ask` said. */
export async function readLoad(
  file: string | undefined,
  asks: readonly (readonly [string, AskWritten])[],
  site: Site,
): Promise<Described> {
  const tenants: Record<string, unknown[]> = {}
  let steps: unknown = {}
  if (file !== undefined) {
    const written = await valueOf(file)
    if (typeof written !== 'object' || written === null)
      throw bad(file, ['export an object: { tenants: { infra: [{ type: "metal", perHour: 2 }] } }'])
    const { tenants: own, ...rest } = written as Record<string, unknown>
    if (typeof own !== 'object' || own === null)
      throw bad(file, ['tenants: give what each tenant asks for, by its name'])
    Object.assign(tenants, own)
    steps = rest['steps'] ?? {}
    const odd = Object.keys(rest).find((key) => key !== 'steps')
    if (odd !== undefined) throw bad(file, [`${odd}: there is no "${odd}" here; there is tenants, steps`])
  }
  for (const [tenant, ask] of asks) tenants[tenant] = [...(tenants[tenant] ?? []), ask]
  const read = fileSchema.safeParse({ tenants, steps })
  if (!read.success)
    throw bad(
      file ?? '--ask',
      read.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`),
    )
  const unknown = Object.keys(read.data.tenants).find((name) => site.tenants.every((tenant) => tenant.name !== name))
  if (unknown !== undefined) {
    const known = site.tenants.map(({ name }) => name).join(', ')
    throw bad(file ?? '--ask', [`tenants.${unknown}: the config has no such tenant; it has ${known}`])
  }
  const loads = Object.entries(read.data.tenants).flatMap(([tenant, of]) => of.map((ask) => loadOf(tenant, ask, site)))
  if (loads.length === 0) throw bad(file ?? '--ask', ['nobody asks for anything; name what a tenant asks for'])
  return { tenants: loads, steps: () => describedSteps({ ...DEFAULT_STEP_TIMES, ...stepsOf(read.data.steps) }) }
}

const stepsOf = (steps: z.output<typeof fileSchema>['steps']): Record<string, DescribedStep> =>
  Object.fromEntries(Object.entries(steps).map(([step, of]) => [step, { spread: 1.3, failures: 0, ...of }]))

/** A pool's name stands for its type, as when somebody asks. */
const loadOf = (tenant: string, ask: z.output<typeof askSchema>, site: Site): DescribedLoad => {
  const pool = site.pools.find(({ name }) => name === (ask.pool ?? ask.type))
  const isType = ask.type === 'metal' || ask.type === 'vm'
  if (pool === undefined && (!isType || ask.pool !== undefined)) {
    const known = [...new Set(['metal', 'vm', ...site.pools.map(({ name }) => name)])].join(', ')
    throw bad(`what ${tenant} asks for`, [`there is no "${ask.pool ?? ask.type}" to ask for; there is ${known}`])
  }
  const { for: durationMs, used, early, patience, impatient, count, spread, priority, perHour } = ask
  const pattern = ask.hours === 'even' ? EVEN : ask.hours === 'office' ? OFFICE : ask.hours
  const counts = typeof count === 'number' ? [{ count, weight: 1 }] : Object.entries(count).map(asWeight)
  return {
    tenant: tenant as DescribedLoad['tenant'],
    demand: {
      type: isType && ask.pool === undefined ? (ask.type as 'metal' | 'vm') : pool!.type,
      pool: isType && ask.pool === undefined ? null : pool!.name,
      arch: ask.arch ?? null,
      labels: ask.labels.toSorted(),
      platform: ask.platform,
      chassis: ask.chassis ?? null,
    },
    counts,
    perHour,
    pattern,
    durationMs,
    priority,
    early: { share: used === undefined ? 0 : early, medianMs: used ?? durationMs, spread },
    impatient: { share: patience === undefined ? 0 : impatient, afterMs: patience ?? 0 },
  }
}

const asWeight = ([count, weight]: [string, number]) => ({ count: Number(count), weight })

const valueOf = async (file: string): Promise<unknown> => {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8')) as unknown
    const module: unknown = await import(pathToFileURL(resolve(file)).href)
    return Reflect.get(Object(module), 'default')
  } catch (cause) {
    throw new Stop(
      EXIT.misread,
      `cannot read the load ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    )
  }
}

const bad = (where: string, faults: readonly string[]): Stop =>
  new Stop(EXIT.misread, `${where} cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : (at === 0 ? '' : '.') + String(key))).join('')
