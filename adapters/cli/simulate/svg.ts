import { type HourFigures, HOUR } from '#core'
import { quantilesOf } from './percentiles.ts'
import { spanText, type Scene } from './report.ts'

const WIDTH = 960
const MARGIN = 56
const INNER = WIDTH - 2 * MARGIN
const WAITS_HEIGHT = 280
const ROW_HEIGHT = 84
const ROW_GAP = 44
const LEGEND_LINE = 20
/** Told apart by those who see fewer colours too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000']
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const WEEK_HOURS = 168
/** Longer than this is drawn as its average week. */
const MOST_HOURS = 2 * WEEK_HOURS

/** A picture of a comparison: how long requests waited, and what was leased and waited for hour by hour. `from` in ms since 1970. */
export function plotSvg(
  scenes: readonly Scene[],
  { from, until }: { readonly from: number; readonly until: number },
): string {
  const legendTop = 66
  const waitsTop = legendTop + LEGEND_LINE * Math.ceil(scenes.length / 2) + 40
  const hoursTop = waitsTop + WAITS_HEIGHT + 96
  const height = hoursTop + scenes.length * (ROW_HEIGHT + ROW_GAP) + 8
  const period = `${new Date(from).toISOString().slice(0, 16)} to ${new Date(until).toISOString().slice(0, 16)} UTC`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>duffy simulate, ${period}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(MARGIN, 30, 'Scenarios side by side', 'font-size="18" font-weight="bold"'),
    text(MARGIN, 49, period, 'fill="#666"'),
    ...legend(scenes, legendTop),
    ...waits(scenes, waitsTop),
    ...hours(scenes, hoursTop, from),
    '</svg>',
    '',
  ].join('\n')
}

const legend = (scenes: readonly Scene[], top: number): string[] =>
  scenes.flatMap(({ name, figures }, index) => {
    const x = MARGIN + (index % 2) * (INNER / 2)
    const y = top + Math.floor(index / 2) * LEGEND_LINE + 10
    const { p50, p95 } = figures.wait
    return [
      `<rect x="${x}" y="${y - 9}" width="22" height="8" fill="${colourOf(index)}"/>`,
      text(x + 30, y, `${shortened(name, 34)}: wait p50 ${spanText(p50)}, p95 ${spanText(p95)}`),
    ]
  })

/**
 * The share of those served who waited no longer than so. Time is drawn by its logarithm: seconds matter as much as days. Later lines
 * are thinner, so that none hides another.
 */
const waits = (scenes: readonly Scene[], top: number): string[] => {
  const longest = Math.max(60_000, ...scenes.map(({ figures }) => figures.wait.most))
  const last = TICKS_MS.find((tick) => tick >= longest) ?? longest
  const x = (ms: number): number =>
    MARGIN + (INNER * Math.log(Math.max(ms, TICKS_MS[0]!) / TICKS_MS[0]!)) / Math.log(last / TICKS_MS[0]!)
  const y = (share: number): number => top + WAITS_HEIGHT * (1 - share)
  return [
    text(MARGIN, top - 12, 'Served within, of all who were served', 'font-weight="bold"'),
    ...[0, 0.25, 0.5, 0.75, 0.95, 1].flatMap((share) => [
      line(MARGIN, y(share), WIDTH - MARGIN, y(share), share === 0 ? '#888' : '#e4e4e4'),
      text(MARGIN - 6, y(share) + 4, `${share * 100}%`, 'text-anchor="end" fill="#666"'),
    ]),
    ...TICKS_MS.filter((tick) => tick <= last).flatMap((tick) => [
      line(x(tick), top, x(tick), y(0), '#f0f0f0'),
      text(x(tick), y(0) + 17, spanText(tick), 'text-anchor="middle" fill="#666"'),
    ]),
    text(WIDTH - MARGIN, y(0) + 34, 'from asking to being able to log in', 'text-anchor="end" fill="#666"'),
    ...scenes.map(({ figures }, index) => {
      const points = quantilesOf(figures.waits).map((ms, hundredth) => [x(ms), y(hundredth / 100)] as const)
      return `<path d="${steps(points)}" fill="none" stroke="${colourOf(index)}" stroke-width="${Math.max(1.6, 5 - 1.2 * index)}"/>`
    }),
  ]
}
const TICKS_MS = [1, 10, 60, 600, 3_600, 6 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 28 * 86_400].map((s) => s * 1000)

/** A row for each scenario: on the left what is leased, on the right who waits, all rows to one scale. */
const hours = (scenes: readonly Scene[], top: number, from: number): string[] => {
  const drawn = scenes.map(({ figures }) => asDrawn(figures.hours, from))
  const isWeek = (scenes[0]?.figures.hours.length ?? 0) > MOST_HOURS
  const machines = niceAbove(Math.max(1, ...drawn.flatMap((of) => of.map((hour) => Math.max(hour.inService, hour.on)))))
  const waiting = niceAbove(Math.max(1, ...drawn.flatMap((of) => of.map((hour) => hour.waiting))))
  const width = (INNER - 64) / 2
  const right = MARGIN + width + 64
  const span = isWeek ? 'the average week' : 'hour by hour'
  return [
    text(MARGIN, top - 30, `Machines leased, of those in service (line), ${span}`, 'font-weight="bold"'),
    text(right, top - 30, `Requests that wait, ${span}`, 'font-weight="bold"'),
    ...scenes.flatMap(({ name }, index) => {
      const y = top + index * (ROW_HEIGHT + ROW_GAP)
      const chart = { y, width, hours: drawn[index]!, colour: colourOf(index), isWeek, from }
      return [
        text(MARGIN, y - 8, shortened(name, 60), `fill="${colourOf(index)}" font-weight="bold"`),
        ...frame({ ...chart, x: MARGIN, most: machines }),
        area({ ...chart, x: MARGIN, most: machines, of: ({ leased }) => leased }),
        outline({ ...chart, x: MARGIN, most: machines, of: ({ inService }) => inService }),
        ...frame({ ...chart, x: right, most: waiting }),
        area({ ...chart, x: right, most: waiting, of: (hour) => hour.waiting }),
      ]
    }),
  ]
}

/** As they are, or, of a long time, the average of each hour of the week from Monday. */
const asDrawn = (all: readonly HourFigures[], from: number): readonly HourFigures[] => {
  if (all.length <= MOST_HOURS) return all
  const first = Math.floor(from / HOUR) + 3 * 24
  const sums = Array.from({ length: WEEK_HOURS }, () => ({ count: 0, leased: 0, on: 0, inService: 0, waiting: 0 }))
  for (const [index, hour] of all.entries()) {
    const sum = sums[(first + index) % WEEK_HOURS]!
    sum.count += 1
    for (const figure of ['leased', 'on', 'inService', 'waiting'] as const) sum[figure] += hour[figure]
  }
  return sums.map(({ count, leased, on, inService, waiting }) => ({
    leased: leased / count,
    on: on / count,
    inService: inService / count,
    waiting: waiting / count,
  }))
}

interface Chart {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly most: number
  readonly hours: readonly HourFigures[]
  readonly colour: string
  readonly isWeek: boolean
  readonly from: number
}

const frame = ({ x, y, width, most, hours: drawn, isWeek, from }: Chart): string[] => {
  const ticks = isWeek ? DAYS.map((day, index) => [index * 24, day] as const) : timesOf(drawn.length, from)
  return [
    ...[0, 0.5, 1].flatMap((part) => [
      line(x, y + ROW_HEIGHT * (1 - part), x + width, y + ROW_HEIGHT * (1 - part), part === 0 ? '#888' : '#e4e4e4'),
      text(x - 6, y + ROW_HEIGHT * (1 - part) + 4, String(most * part), 'text-anchor="end" fill="#666" font-size="11"'),
    ]),
    ...ticks.flatMap(([hour, label]) => {
      const at = x + (width * hour) / Math.max(1, drawn.length)
      return [
        line(at, y, at, y + ROW_HEIGHT, '#eee'),
        text(at + 2, y + ROW_HEIGHT + 13, label, 'fill="#666" font-size="11"'),
      ]
    }),
  ]
}

/** Midnights with their dates, or, of few days, hours of the day: as many as have room. */
const timesOf = (count: number, from: number): (readonly [number, string])[] => {
  const isShort = count <= 3 * 24
  const every = isShort ? ([1, 2, 3, 6, 12].find((step) => count / step <= 9) ?? 12) : 24 * Math.ceil(count / 24 / 8)
  const first = (every - (Math.floor(from / HOUR) % (isShort ? every : 24))) % (isShort ? every : 24)
  return Array.from({ length: Math.max(0, Math.ceil((count - first) / every)) }, (_, index) => {
    const hour = first + index * every
    const at = new Date(from + hour * HOUR).toISOString()
    return [hour, isShort ? `${at.slice(11, 13)}:00` : at.slice(5, 10)] as const
  })
}

interface Series extends Chart {
  readonly of: (hour: HourFigures) => number
}

const points = ({ x, y, width, most, hours: drawn, of }: Series): (readonly [number, number])[] =>
  [...drawn, ...drawn.slice(-1)].map((hour, index) => [
    x + (width * index) / Math.max(1, drawn.length),
    y + ROW_HEIGHT * (1 - of(hour) / most),
  ])

const area = (series: Series): string => {
  const base = (series.y + ROW_HEIGHT).toFixed(1)
  const path = `${steps(points(series))} V${base} H${series.x.toFixed(1)} Z`
  return `<path d="${path}" fill="${series.colour}" fill-opacity="0.75"/>`
}

const outline = (series: Series): string =>
  `<path d="${steps(points(series))}" fill="none" stroke="#555" stroke-width="1.2"/>`

/** Level up to the next point. */
const steps = (all: readonly (readonly [number, number])[]): string =>
  all
    .map(([x, y], index) => (index === 0 ? `M${x.toFixed(1)} ${y.toFixed(1)}` : `H${x.toFixed(1)} V${y.toFixed(1)}`))
    .join(' ')

/** 1, 2, 4, 6, 8, 10, 20 and so on: halves of it are whole, or nearly. */
const niceAbove = (value: number): number => {
  const size = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 6, 8, 10].map((times) => times * size).find((nice) => nice >= value)!
}

const colourOf = (index: number): string => COLOURS[index % COLOURS.length]!

const shortened = (name: string, most: number): string => (name.length <= most ? name : `${name.slice(0, most - 1)}…`)

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)} L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="${stroke}"/>`

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`

/** Names come from whoever typed the changes; control characters have no place in XML. */
const escaped = (words: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what it removes
  words
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
