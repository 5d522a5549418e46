import { chanceFrom, describedLoad, describedSteps, Fleet, OFFICE, simulate, type Figures, HOUR } from '#core'
import { describe, expect, test } from 'vitest'
import { plotSvg } from '../../../adapters/cli/simulate/svg.ts'
import { siteOf } from '../../kit/site.ts'

/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 0, 5) as Parameters<typeof describedLoad>[1]['from']
const until = (START + 48 * HOUR) as typeof START
const ASK = {
  tenant: 'alice' as never,
  demand: { type: 'metal', pool: null, arch: null, labels: [], platform: 'any', chassis: null },
  counts: [{ count: 1, weight: 1 }],
  perHour: 6,
  pattern: OFFICE,
  durationMs: 2 * HOUR,
  early: { share: 1, medianMs: HOUR, spread: 1.5 },
  impatient: { share: 0, afterMs: 0 },
} as const
const FIGURES = simulate({
  fleet: new Fleet(),
  site: siteOf(),
  from: START,
  until,
  load: describedLoad([ASK], { from: START, until }, chanceFrom(1)),
  steps: describedSteps({}),
  chance: chanceFrom(1),
})
const plot = (figures: Figures = FIGURES, ...names: string[]): string =>
  plotSvg(
    ['as it is', ...names].map((name) => ({ name, figures })),
    { from: START, until: START + figures.hours.length * HOUR },
  )
const longer = (weeks: number): Figures => ({
  ...FIGURES,
  hours: Array.from({ length: weeks * 168 }, (_, hour) => FIGURES.hours[hour % 48]!),
})
/** Tags that are opened and not closed. */
const open = (svg: string): string[] => {
  const stack: string[] = []
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close === '/') expect(stack.pop()).toBe(name)
    else if (self !== '/') stack.push(name!)
  }
  return stack
}

describe('the picture of a comparison', () => {
  test('has a line and two charts for each scenario, in a colour of its own', () => {
    const svg = plot(FIGURES, 'add 3 metal')
    for (const colour of ['#0072b2', '#d55e00']) {
      expect(svg.split(`stroke="${colour}"`)).toHaveLength(2)
      expect(svg.split(`fill="${colour}" fill-opacity`)).toHaveLength(3)
    }
  })

  test.each([
    ['two days', FIGURES],
    ['two weeks', longer(2)],
    ['ten weeks', longer(10)],
    [
      'a time in which nobody was served',
      { ...FIGURES, waits: [], wait: { ...FIGURES.wait, p50: 0, p95: 0, most: 0 } },
    ],
    ['no time at all', { ...FIGURES, hours: [] }],
  ])('of %s is whole and has no number that is none', (_, figures) => {
    const svg = plot(figures)
    expect(open(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('of a long time is that of its average week', () => {
    expect(plot(longer(2))).toContain('hour by hour')
    expect(plot(longer(10))).toContain('the average week')
    expect(plot(longer(10)).length).toBeLessThan(plot(longer(2)).length)
  })

  test('takes nothing that a name says for markup', () => {
    const svg = plot(FIGURES, '</text><script>"&\u0007')
    expect(open(svg)).toEqual([])
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;&quot;&amp; ')
  })
})
