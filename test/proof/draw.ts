import { readFileSync, writeFileSync } from 'node:fs'
import { fixedAt, frontierOf, type Frontier, type Point } from './levels.ts'
import type { Pattern } from './week.ts'

/** A frontier as it is kept in a file. */
export interface Kept {
  readonly seed: number
  readonly pattern: Pattern
  readonly fixed: Readonly<Record<string, Point>>
  readonly predicted: Readonly<Record<string, Point>>
}

/** The plot, and the table between the marks of the page that shows it. */
export const draw = (kept: readonly Kept[], docs: string): void => {
  const inOrder = kept.toSorted((a, b) => b.pattern.localeCompare(a.pattern) || a.seed - b.seed)
  writeFileSync(`${docs}figures/ready-levels.svg`, plot(inOrder))
  const page = `${docs}ready-levels.md`
  const [before, rest] = readFileSync(page, 'utf8').split(BEGIN) as [string, string]
  const [, after] = rest.split(END) as [string, string]
  writeFileSync(page, `${before}${BEGIN}\n\n${table(inOrder)}\n\n${END}${after}`)
}
const BEGIN = '<!-- figures -->'
const END = '<!-- end of figures -->'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const table = (kept: readonly Kept[]): string => {
  const rows = kept.flatMap((one) => {
    const known = frontierOf(one)
    return [...known.predicted].map(([miss, point]) => {
      const fixed = fixedAt(known, point.machineHours)
      const cells = [
        one.pattern === 'weekly' ? 'with a week in it' : 'none',
        String(one.seed),
        String(miss),
        Math.round(point.machineHours).toLocaleString('en'),
        seconds(point.p95Ms),
        seconds(fixed.p95Ms),
        percent(point.missed),
        percent(fixed.missed),
      ]
      return `| ${cells.join(' | ')} |`
    })
  })
  const head = [
    'pattern',
    'seed',
    'missProbability',
    'machine-hours',
    'p95 predicted',
    'p95 fixed',
    'over 1 min predicted',
    'over 1 min fixed',
  ]
  return [`| ${head.join(' | ')} |`, `|${head.map(() => ' --- |').join('')}`, ...rows].join('\n')
}

const WIDTH = 380
const HEIGHT = 280
const MARGIN = { left: 52, top: 58, right: 28, bottom: 44 }

/** A panel for each seed and pattern: wait against machine-hours, fixed levels joined by a line, predicted ones by another. */
const plot = (kept: readonly Kept[]): string => {
  const columns = Math.max(...['weekly', 'even'].map((pattern) => kept.filter((one) => one.pattern === pattern).length))
  const panels = kept.map((one, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)]
    return `<g transform="translate(${column * WIDTH} ${row * HEIGHT})">${panel(one)}</g>`
  })
  const rows = Math.ceil(kept.length / columns)
  const size = `width="${columns * WIDTH}" height="${rows * HEIGHT}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`
}

const panel = (one: Kept): string => {
  const known: Frontier = frontierOf(one)
  const all = [...known.fixed.values(), ...known.predicted.values()]
  const hours = all.map(({ machineHours }) => machineHours)
  const [least, most] = [Math.min(...hours), Math.max(...hours)]
  const longest = Math.max(...all.map(({ p95Ms }) => p95Ms))
  const [inner, high] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom]
  const x = (value: number): number => MARGIN.left + ((value - least) / (most - least)) * inner
  const y = (ms: number): number => MARGIN.top + high - (ms / longest) * high
  const line = (points: ReadonlyMap<number, Point>, colour: string, above: number): string => {
    const sorted = [...points].toSorted(([, a], [, b]) => a.machineHours - b.machineHours)
    const path = sorted.map(([, p]) => `${x(p.machineHours).toFixed(1)},${y(p.p95Ms).toFixed(1)}`).join(' ')
    const dots = sorted.map(([name, p]) => {
      const [left, top] = [x(p.machineHours), y(p.p95Ms)]
      const label = `<text x="${(left + above).toFixed(1)}" y="${(top + (above > 0 ? -6 : 14)).toFixed(1)}" fill="${colour}" text-anchor="${above > 0 ? 'start' : 'end'}">${name}</text>`
      return `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3" fill="${colour}"/>${label}`
    })
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join('')}`
  }
  const minutes = Array.from({ length: Math.floor(longest / 60_000) + 1 }, (_, at) => at)
  const grid = minutes.map(
    (at) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(at * 60_000).toFixed(1)}" y2="${y(at * 60_000).toFixed(1)}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${(y(at * 60_000) + 4).toFixed(1)}" text-anchor="end">${at} min</text>`,
  )
  const title = `seed ${one.seed}, ${one.pattern === 'weekly' ? 'load with a week in it' : 'load without a pattern'}`
  const ends = [least, most].map(
    (value, at) =>
      `<text x="${x(value).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="${at === 0 ? 'start' : 'end'}">${Math.round(value).toLocaleString('en')} h</text>`,
  )
  return [
    `<text x="${MARGIN.left}" y="16" font-weight="bold">${title}</text>`,
    `<text x="${MARGIN.left}" y="31" fill="#b33">fixed: its level</text><text x="${MARGIN.left + 90}" y="31" fill="#16a">predicted: its miss probability</text>`,
    ...grid,
    ...ends,
    `<text x="${MARGIN.left + inner / 2}" y="${HEIGHT - MARGIN.bottom + 32}" text-anchor="middle">machine-hours of the week; 95 % waited no longer than</text>`,
    line(known.fixed, '#b33', 5),
    line(known.predicted, '#16a', -5),
  ].join('')
}
