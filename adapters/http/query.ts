import type { z } from 'zod'
import type { Caller } from './api-key.ts'
import { misread } from './problem.ts'
import type { Answer, Call, KeyedRoute } from './route.ts'

/** A list: its query is read strictly before anything is looked up, by the schema that the description of the API shows. */
export function readQuery<T>(
  schema: z.ZodType<T>,
  answer: (call: Call, caller: Caller, query: T) => Promise<Answer>,
): Pick<KeyedRoute, 'query' | 'answer'> {
  const checked: KeyedRoute['answer'] = async (call, caller) => {
    const read = schema.safeParse(call.query)
    if (read.success) return answer(call, caller, read.data)
    const issues = issuesOf(read.error)
    return misread(`The query is not understood. ${read.error.issues.map(said).join(' ')}`, issues)
  }
  return { query: schema, answer: checked }
}

const said = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys' ? takesNo(issue.keys) : `"?${issue.path.join('.')}": ${issue.message}.`

const takesNo = (names: readonly string[]): string =>
  `This address takes no ${names.map((name) => `"?${name.slice(0, 50)}"`).join(', ')}.`

/** What of its query a route would read past; null: nothing. Whoever adds `?dryRun=true` where nothing reads it is not to find out afterwards. */
export function unread({ method, query: schema }: KeyedRoute, query: Call['query']): Answer | null {
  if (schema !== undefined) return null
  // Commands may wait; how long, they read themselves.
  const names = Object.keys(query).filter((name) => name !== 'wait' || method === 'GET')
  return names.length === 0 ? null : misread(`${takesNo(names)} Nothing was done.`)
}

/** Each fault of a query or body by its path. */
export const issuesOf = (error: z.ZodError): { readonly path: string; readonly detail: string }[] =>
  error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), detail: message }))
