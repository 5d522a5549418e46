import type { LegacySettings } from '../facade/settings.ts'
import type { Answer, Call } from '../route.ts'

export interface Asked {
  readonly call: Call
  readonly settings: LegacySettings
  /** Whether one more call is more than is taken: of one who has no key, or with this one. */
  readonly slow: { readonly stranger: () => boolean; readonly caller: (key: string) => boolean }
}

export type LegacyRoute = (asked: Asked) => Promise<Answer>

/** Clients look at nothing but whether it is JSON, and of which kind. */
export const json = (body: unknown, status = 200): Answer => ({
  status,
  body: `${JSON.stringify(body)}\n`,
  headers: { 'content-type': 'application/json' },
})

export const bare = (text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: text,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
})

export const badKey = (): Answer => json({ msg: 'Invalid duffy key' }, 403)

/** The one text that clients take for "try again later". */
export const insufficient = (): Answer => bare('Insufficient Nodes in READY State')

export const tooOften = (): Answer => bare('That is more than I take from one caller. Try again later.', 429)

/** So much of a parameter is looked at: more than any has that is right. */
const LONGEST = 100

/** A parameter of the address, the first where it is given twice, as ever; undefined if it is missing or empty. */
export const parameter = ({ query }: Call, name: string): string | undefined => {
  const [value] = [query[name]].flat()
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined
}
