import { readDuration, DAY, SECOND } from '#core'
import { z } from 'zod'
import { instead } from './faults.ts'

/** A length of time: `30s`, `15m`, `2h`, `1d`. */
export type Span = `${number}${'s' | 'm' | 'h' | 'd'}`

/** Every key of an interface, so that the schema and what the interface documents cannot drift apart. */
export type ShapeOf<T> = Readonly<Record<keyof Required<T>, z.ZodType>>

const LONGEST = 366 * DAY

/** An object with no keys but these. Its complaint about others has a line for each. */
export const object = <S extends z.core.$ZodLooseShape>(shape: S, sentence: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `There is no setting \`${key}\` here${instead(key, Object.keys(shape))}`).join('\n')
        : sentence,
  })

export const record = (sentence: string) => z.record(z.string(), z.unknown(), { error: sentence })

export const whole = (least: number, most: number) => {
  const error = `Give a whole number from ${least} to ${most}.`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** A part of a whole. */
export const share = () => {
  const error = 'Give a number from 0 to 1.'
  return z.number({ error }).min(0, { error }).max(1, { error })
}

export const text = (most: number, sentence: string) =>
  z
    .string({ error: sentence })
    .min(1, { error: sentence })
    .max(most, { error: sentence })
    .regex(PRINTABLE, { error: sentence })
export const PRINTABLE = /^\P{Cc}*$/u

export const choice = <const W extends readonly string[]>(words: W) =>
  z.enum(words, {
    error: ({ input }) =>
      typeof input === 'string'
        ? `\`${input}\` is none of the choices${instead(input, words)}`
        : `Give one of ${words.join(', ')}.`,
  })

/** A length of time, in milliseconds. */
export const span = (leastMs: number, mostMs = LONGEST) => {
  const error = 'Give a length of time in quotes, such as `30s`, `15m`, `2h` or `1d`.'
  return z.string({ error }).transform((written, context) => {
    const read = readDuration(written, LONGEST)
    const ms = read === 'zero' ? 0 : read
    if (typeof ms === 'number' && ms >= leastMs && ms <= mostMs) return ms
    const most = `Give at most ${mostMs / DAY}d.`
    const message =
      typeof ms === 'number'
        ? ms < leastMs
          ? `Give at least ${leastMs / SECOND}s.`
          : most
        : ms === 'tooLong'
          ? most
          : error
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

export const flag = z.boolean({ error: 'Give true or false.' })

const SECRET_RULE =
  "Say where it is to be found, `{ env: 'NAME' }` or `{ file: 'path' }`; a secret is never written in the config."
/** Where a secret is to be found. */
export const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: SECRET_RULE,
  },
)

/** An address that no other host can listen to. */
export const LOOPBACK = /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/)/
