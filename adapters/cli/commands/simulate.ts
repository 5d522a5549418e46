import { CHANGES, chanceFrom, changePlan, describedLoad, Fleet, readDuration, whatIf, DAY } from '#core'
import type { Ground, Instant, Plan, Site } from '#core'
import { writeFileSync } from 'node:fs'
import type { Call } from '../call.ts'
import { readAsk } from '../simulate/ask-words.ts'
import { recordedHistory } from '../simulate/history.ts'
import { reportData, reportText, type Scene } from '../simulate/report.ts'
import { plotSvg } from '../simulate/svg.ts'
import { expectAlone, expectOnly, optionOf } from '../words.ts'
import { EXIT, Stop, type Exit, type World } from '../world.ts'
import type { Command } from './command.ts'

const RECORDED = ['db', 'from', 'until', 'last']
const DESCRIBED = ['ask', 'load', 'config', 'span']
const OPTIONS = [...RECORDED, ...DESCRIBED, 'change', 'seed', 'svg']

export const simulate: Command = {
  name: 'simulate',
  usage: "duffy simulate [--change 'add 3 metal']…",
  summary: 'what would change: waits, use and wear under another config, several side by side',
  more: [
    'The load is what was really asked for, from the record of the Duffy that runs (for operators), or',
    '--db FILE        from a database file, which may be in use: var/duffy.db',
    '--last 4w        how much of it, from its end',
    '--from, --until  or from when to when: 2026-11-01, 2026-11-01T08:00',
    '',
    'or what somebody describes:',
    '--load FILE      JSON or a module; docs/simulate.md says how it is written',
    "--ask TEXT       the same in a line: 'infra 2/h metal x3 for 4h used 40m office'",
    '--config FILE    the site that is simulated; DUFFY_CONFIG or duffy.config.ts unless said',
    '--span 4w        how long',
    '',
    '--change TEXT    a scenario beside the site as it is; several, separated by commas, make one',
    '--svg FILE       a picture beside the figures: how long requests waited, and each hour',
    '--seed N         other chance: the same seed gives the same figures',
    '',
    'Changes:',
    ...CHANGES.map(({ usage, summary }) => `  ${usage.padEnd(38)}${summary}`),
  ].join('\n'),
  async run(call) {
    const { world, words } = call
    expectAlone(words, simulate.usage)
    expectOnly(words.options, OPTIONS)
    const changes = valuesOf(call, 'change')
    const configs = await configsOf(world, changes)
    const basis = await basisOf(call)
    if (typeof basis === 'number') return basis
    const { site, scenes: before, notes } = basis
    const base: Plan = { site, platform: null, demand: 1 }
    const plans = changes.map((text) => ({ name: text, plan: planOf(base, text, configs) }))
    const scenarios = [{ name: 'as it is', plan: base }, ...plans]
    const ground = basis.groundFor(scenarios.map(({ plan }) => plan))
    const scenes = [...before, ...scenarios.map(({ name, plan }) => live(ground, name, plan))]
    const period = { from: isoOf(ground.countFrom), until: isoOf(ground.until), seed: ground.seed }
    draw(call, scenes, ground)
    if (words.json) world.out(JSON.stringify({ ...period, notes, scenarios: reportData(scenes) }))
    else
      world.out([`${period.from} to ${period.until}, seed ${period.seed}`, ...notes, '', reportText(scenes)].join('\n'))
    return EXIT.done
  },
}

const draw = (call: Call, scenes: readonly Scene[], { countFrom, until }: Ground): void => {
  const file = optionOf(call.words.options, 'svg')
  if (file === undefined) return
  try {
    writeFileSync(file, plotSvg(scenes, { from: countFrom, until }))
  } catch (cause) {
    const fault = (cause as NodeJS.ErrnoException).code ?? 'unwritable'
    throw new Stop(EXIT.misread, `cannot write the picture ${file} (${fault}); name a file in a folder of yours`, cause)
  }
}

/** What scenarios are lived through on, and what to set beside them. */
interface Basis {
  readonly groundFor: (plans: readonly Plan[]) => Ground
  readonly site: Site
  readonly scenes: readonly Scene[]
  readonly notes: readonly string[]
}

const basisOf = (call: Call): Promise<Basis | Exit> => {
  const given = call.words.options.map(({ name }) => name)
  const recorded = given.find((name) => RECORDED.includes(name))
  const described = given.find((name) => DESCRIBED.includes(name))
  if (recorded !== undefined && described !== undefined)
    throw new Stop(
      EXIT.misread,
      `--${recorded} is for a recorded load, --${described} for a described one; give one of them`,
    )
  return described === undefined ? recordedBasis(call) : describedBasis(call)
}

const recordedBasis = async (call: Call): Promise<Basis | Exit> => {
  const recorded = await recordedHistory(call, seedOf(call))
  if (typeof recorded === 'number') return recorded
  const { ground, site, happened, siteChanges } = recorded
  const changed = `The site was changed ${siteChanges === 1 ? 'once' : `${siteChanges} times`} in this time; all but the first column is as it was at the end.`
  return {
    groundFor: () => ground,
    site,
    scenes: [{ name: 'as it was', figures: happened }],
    notes: siteChanges === 0 ? [] : [changed],
  }
}

const live = (ground: Ground, name: string, plan: Plan): Scene => {
  const figures = whatIf(ground, plan)
  if ('faults' in figures)
    throw new Stop(
      EXIT.misread,
      `"${name}" cannot be had:\n${figures.faults.map((fault) => `  - ${fault}`).join('\n')}`,
    )
  return { name, figures }
}

const planOf = (base: Plan, text: string, configs: ReadonlyMap<string, Site>): Plan => {
  const plan = changePlan(base, text, configs)
  if ('misread' in plan) throw new Stop(EXIT.misread, plan.misread)
  return plan
}

const valuesOf = ({ words }: Call, name: string): string[] =>
  words.options.flatMap((option) => (option.name === name && option.value !== true ? [option.value] : []))

/** The sites that changes name by file. */
const configsOf = async (world: World, changes: readonly string[]): Promise<ReadonlyMap<string, Site>> => {
  const parts = changes.flatMap((text) => text.split(','))
  const files = parts.flatMap((part) => /^\s*config\s+(\S.*?)\s*$/.exec(part)?.[1] ?? [])
  const configs = new Map<string, Site>()
  for (const file of files) configs.set(file, await world.readSite(file))
  return configs
}

/** A Monday, 00:00 UTC: chance decides what happens, and the week begins with it. */
const MONDAY = Date.UTC(2026, 0, 5)
/** Lived through before anything counts, so that machines are made and lines have formed; and weeks seen, where a level follows them. */
const warmUpMs = (plans: readonly Plan[]): number =>
  plans.some(({ site }) => site.pools.some(({ ready }) => typeof ready !== 'number')) ? 21 * DAY : DAY

const describedBasis = async (call: Call): Promise<Basis> => {
  const { world, words } = call
  const file = optionOf(words.options, 'load')
  const asks = valuesOf(call, 'ask')
  if (file === undefined && asks.length === 0)
    throw new Stop(EXIT.misread, `say what is asked for: --load FILE, or --ask 'infra 2/h metal used 40m'`)
  const site = await world.readSite(optionOf(words.options, 'config') ?? null)
  const { readLoad } = await import('../simulate/load-file.ts')
  const { tenants, steps } = await readLoad(file, asks.map(readAsk), site)
  const seed = seedOf(call)
  const countFrom = MONDAY as Instant
  const until = (MONDAY + spanOf(call)) as Instant
  const groundFor = (plans: readonly Plan[]): Ground => {
    const from = (MONDAY - warmUpMs(plans)) as Instant
    const load = [...describedLoad(tenants, { from, until }, chanceFrom(seed))]
    return { fleet: new Fleet(), from, countFrom, until, load, standing: new Map(), steps, seed }
  }
  return { groundFor, site, scenes: [], notes: [] }
}

const seedOf = ({ words }: Call): number => {
  const text = optionOf(words.options, 'seed') ?? '1'
  if (!/^\d{1,9}$/.test(text)) throw new Stop(EXIT.misread, '--seed takes a whole number: --seed 7')
  return Number(text)
}

const LONGEST_SPAN_MS = 2 * 366 * DAY
const spanOf = ({ words }: Call): number => {
  const ms = readDuration(optionOf(words.options, 'span') ?? '4w', LONGEST_SPAN_MS)
  if (typeof ms === 'number' && ms >= DAY) return ms
  throw new Stop(EXIT.misread, '--span takes a length of time from a day to two years: --span 4w')
}

const isoOf = (at: number): string => new Date(at).toISOString()
