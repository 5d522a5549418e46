import type { Json } from '#core'

const NAMES_A_SECRET = /pass(?:word|wd|phrase)|secret|token|credential|private_?key|api_?key/i
/** Shorter ones would blacken half the log and protect nothing. */
const SHORTEST = 4
const REDACTED = '[redacted]'

/** Hides a run's secrets in what the run printed. `longest` is the length of the longest form searched for. */
export interface Scrubber {
  readonly longest: number
  scrub(text: string): string
}

/** For every value that stands, at any depth, under a name that says it is secret. */
export function scrubber(...values: readonly Json[]): Scrubber {
  const found = new Set(values.flatMap((value) => secretsIn(value, false)).flatMap(formsOf))
  // Longest first, so that a secret that begins like another is hidden to its end.
  const forms = [...found].filter((form) => form.length >= SHORTEST).toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(forms.map((form) => RegExp.escape(form)).join('|'), 'g')
  return {
    longest: forms[0]?.length ?? 0,
    scrub: (text) => (forms.length === 0 ? text : text.replaceAll(pattern, REDACTED)),
  }
}

function secretsIn(value: Json, secret: boolean): string[] {
  if (value === null || typeof value === 'boolean') return []
  if (typeof value !== 'object') return secret ? [String(value)] : []
  if (Array.isArray(value)) return value.flatMap((item: Json) => secretsIn(item, secret))
  return Object.entries(value).flatMap(([name, item]) => secretsIn(item, secret || NAMES_A_SECRET.test(name)))
}

/** As it is, as it looks in JSON and in a URL, and line by line: a key's lines may be printed apart. */
const formsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
  ...secret.split(/\r?\n/).map((line) => line.trim()),
]
