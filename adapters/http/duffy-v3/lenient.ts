import { z } from 'zod'

// Duffy v3 read bodies with pydantic 1, which takes a value of another type where it can be made one. Source: `validators.py` of pydantic 1.10.

const WHOLE = /^\s*[+-]?\d+(?:_\d+)*\s*$/
const YES: ReadonlySet<string> = new Set(['1', 'true', 't', 'on', 'yes', 'y'])
const NO: ReadonlySet<string> = new Set(['0', 'false', 'f', 'off', 'no', 'n'])

/** A whole number: text of one as well (`"1"`), a fraction without what is behind its point, and true for 1. */
export const whole = <T extends z.ZodType>(schema: T) => z.preprocess(asWhole, schema)

/** True or false: 1, 0, and the words for them as well (`"yes"`, `"off"`), in any case. */
export const yesOrNo = z.preprocess(asYesOrNo, z.boolean())

/** Text, or a number as its text. */
export const numberOrText = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'number' ? String(value) : value), schema)

function asWhole(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number') return Math.trunc(value)
  return typeof value === 'string' && WHOLE.test(value) ? Number(value.replaceAll('_', '')) : value
}

function asYesOrNo(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const word = String(value).toLowerCase()
  return YES.has(word) ? true : NO.has(word) ? false : value
}
