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
    return misread(
      `The query is not understood: ${issues.map(({ path, detail }) => `${path || '?'}: ${detail}`).join('; ')}`,
      issues,
    )
  }
  return { query: schema, answer: checked }
}

/** Each fault of a query or body by its path. */
export const issuesOf = (error: z.ZodError): { readonly path: string; readonly detail: string }[] =>
  error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), detail: message }))
