import type { Figures, Waits } from '#core'
import { table } from '../table.ts'
import { quantilesOf } from './percentiles.ts'

/** One column of a comparison. */
export interface Scene {
  readonly name: string
  readonly figures: Figures
}

type Cell = string | number | null

/** Scenarios side by side, a row for each figure. */
export function reportText(scenes: readonly Scene[]): string {
  const rows: (readonly Cell[])[] = []
  const row = (name: string, cell: (figures: Figures) => Cell): void => {
    rows.push([name, ...scenes.map(({ figures }) => cell(figures))])
  }
  const keys = <K extends string>(of: (figures: Figures) => Iterable<K>): K[] =>
    [...new Set(scenes.flatMap(({ figures }) => [...of(figures)]))].toSorted()
  const waits = (name: string, of: (figures: Figures) => Waits | undefined): void => {
    row(`wait p50${name}`, (figures) => spanText(of(figures)?.p50))
    row(`wait p95${name}`, (figures) => spanText(of(figures)?.p95))
  }
  row('asked', ({ asked }) => asked)
  row('served', ({ served }) => served)
  row('cancelled', ({ cancelled }) => cancelled)
  row('still waiting', ({ waiting, preparing }) => waiting + preparing)
  if (scenes.some(({ figures }) => figures.unsatisfiable > 0)) row('became impossible', (one) => one.unsatisfiable)
  if (scenes.some(({ figures }) => figures.unprepared > 0)) row('not made ready', (one) => one.unprepared)
  for (const type of keys(({ refused }) => Object.keys(refused)))
    row(`refused: ${type}`, ({ refused }) => refused[type as keyof typeof refused] ?? 0)
  row('served at once', (figures) => percent(atOnce(figures)))
  waits('', ({ wait }) => wait)
  row('wait longest', ({ wait }) => spanText(wait.most))
  const types = keys(({ waitByType }) => Object.keys(waitByType))
  if (types.length > 1) for (const type of types) waits(`, ${type}`, ({ waitByType }) => waitByType[type as 'metal'])
  const tenants = keys(({ waitByTenant }) => waitByTenant.keys())
  if (tenants.length > 1) for (const tenant of tenants) waits(`, ${tenant}`, (one) => one.waitByTenant.get(tenant))
  row('utilisation', ({ utilisation }) => percent(utilisation))
  row('machine-hours on', ({ machineHours }) => Math.round(machineHours))
  row('machine-hours leased', ({ leasedHours }) => Math.round(leasedHours))
  row('failed steps', ({ failedRuns }) => failedRuns)
  for (const platform of keys(({ wear }) => wear.map((of) => of.platform)))
    row(`uses, ${platform}`, ({ wear }) => wearText(wear.find((of) => of.platform === platform)))
  return table(['', ...scenes.map(({ name }) => name)], rows)
}

/** As `--json` gives them: the waits themselves as percentiles, 0 to 100. */
export const reportData = (scenes: readonly Scene[]) =>
  scenes.map(({ name, figures: { waits, waitByTenant, ...figures } }) => ({
    name,
    ...figures,
    waitByTenant: Object.fromEntries(waitByTenant),
    waitPercentiles: quantilesOf(waits),
  }))

/** A wait this short is none: what a login takes in any case. */
const AT_ONCE_MS = 60_000
const atOnce = ({ waits }: Figures): number =>
  waits.length === 0 ? 0 : waits.filter((wait) => wait <= AT_ONCE_MS).length / waits.length

const wearText = (of: Figures['wear'][number] | undefined): Cell =>
  of === undefined ? null : `${of.least} to ${of.most} (${of.machines})`

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

/** `40s`, `3m 20s`, `2h 5m`, `3d 4h`. */
export const spanText = (ms: number | undefined): string => {
  if (ms === undefined) return '-'
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const
  const first = units.findIndex(([size]) => seconds >= size)
  const [size, unit] = units[first]!
  const [nextSize, nextUnit] = units[first + 1]!
  const rest = Math.floor((seconds % size) / nextSize)
  return `${Math.floor(seconds / size)}${unit}${rest === 0 ? '' : ` ${rest}${nextUnit}`}`
}
