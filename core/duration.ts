import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

const WEEK = 7 * DAY

/** Every way to write a unit. Months and years are none: they have no fixed length. */
const UNITS: ReadonlyMap<string, number> = new Map(
  (
    [
      [SECOND, 's sec secs second seconds'],
      [MINUTE, 'm min mins minute minutes'],
      [HOUR, 'h hr hrs hour hours'],
      [DAY, 'd day days'],
      [WEEK, 'w wk wks week weeks'],
    ] as const
  ).flatMap(([size, words]) => words.split(' ').map((word) => [word, size] as const)),
)

export const isUnit = (word: string): boolean => UNITS.has(word.toLowerCase())

export type DurationProblem = 'nonsense' | 'noUnit' | 'zero' | 'negative' | 'tooLong' | 'clockTime'

const LONGEST_TEXT = 60

/**
 * A length of time in milliseconds: `2h`, `90m`, `1h30m`, `1.5h`, `+2h`, `3 days`, `1 hour and 30 minutes`; or what is wrong with
 * it. Each unit is smaller than the one before it, so that two lengths side by side are never taken for one.
 */
export function readDuration(text: string, longestMs: number): number | DurationProblem {
  const asked = text
    .trim()
    .toLowerCase()
    .replace(/^\+(?=\d)/, '')
  if (asked.length > LONGEST_TEXT) return 'nonsense'
  if (/^\d{1,2}:\d\d/.test(asked)) return 'clockTime'
  if (/^[-\u2212]/.test(asked)) return 'negative'
  if (/^\d+(?:\.\d+)?$/.test(asked)) return Number(asked) === 0 ? 'zero' : 'noUnit'
  let ms = 0
  let smallest = Infinity
  let rest = asked
  while (rest !== '') {
    const part = /^(\d{1,15}(?:\.\d{1,3})?|an?(?= )|one(?= )) ?([a-z]{1,7})(?: and | |,|, |$|(?=\d))/.exec(rest)
    const size = UNITS.get(part?.[2] ?? '')
    if (part === null || size === undefined || size >= smallest) return 'nonsense'
    ms += (/^\d/.test(part[1]!) ? Number(part[1]) : 1) * size
    smallest = size
    rest = rest.slice(part[0].length)
  }
  if (asked === '') return 'nonsense'
  if (ms > longestMs) return 'tooLong'
  return ms === 0 ? 'zero' : Math.round(ms)
}
