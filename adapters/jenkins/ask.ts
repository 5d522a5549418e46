import { buildEndOf, type BuildEnd, type BuildUrl } from '#core'
import { call, STATUS_MEANINGS, whyOf, type Callable, type Called } from './call.ts'

/** What a Jenkins says of a build. `silent`: nothing, as far as the build is concerned; `down`: nothing at all. */
export type Said =
  | { readonly type: 'runs' }
  | { readonly type: 'over'; readonly end: BuildEnd }
  | { readonly type: 'silent' | 'down'; readonly why: string }

/** Asks a Jenkins once whether a build runs. Never rejects. */
export async function askAfter(build: BuildUrl, jenkins: Callable, deadlineMs?: number): Promise<Said> {
  const url = new URL('api/json?tree=building,result', build)
  try {
    return meaningOf(await call(url, jenkins, deadlineMs === undefined ? {} : { deadlineMs }))
  } catch (fault) {
    return { type: 'down', why: whyOf(fault) }
  }
}

const meaningOf = ({ status, text }: Called): Said => {
  if (status >= 500) return { type: 'down', why: `it answers ${status}` }
  if (status !== 200) return { type: 'silent', why: `it answers ${status}${MEANINGS[status] ?? ''}` }
  const state = parsed(text)
  if (typeof state?.building !== 'boolean') return { type: 'silent', why: 'its answer is not about a build' }
  if (state.building) return { type: 'runs' }
  return { type: 'over', end: buildEndOf(typeof state.result === 'string' ? state.result : null) }
}

const MEANINGS: Readonly<Record<number, string>> = {
  ...STATUS_MEANINGS,
  403: ': whoever asks may not see the build',
  404: ': there is no such build, or whoever asks may not see it',
}

const parsed = (text: string): { readonly building?: unknown; readonly result?: unknown } | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
