import type { z } from 'zod'
import type { Caller } from '../api-key.ts'
import type { V3Settings } from '../facade/settings.ts'
import type { Answer, Call } from '../route.ts'

/** `optional`: told more with credentials. `admin`: of the whole site. */
export type Who = 'anyone' | 'optional' | 'tenant' | 'admin'

export interface V3Route<W extends Who = Who> {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly who: W
  readonly answer: (asked: Asked, caller: W extends 'tenant' | 'admin' ? Caller : Caller | null) => Promise<Answer>
}

export interface Asked {
  readonly call: Call
  readonly settings: V3Settings
}

/** Every success names its method. */
export const success = (action: 'get' | 'post' | 'put', what: Readonly<Record<string, unknown>>): Answer => ({
  status: action === 'post' ? 201 : 200,
  body: { action, ...what },
})

/** Clients read `detail` as text. */
export const no = (status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body: { detail },
  headers,
})

export const forbidden = (): Answer => no(403, 'Forbidden')
export const notFound = (): Answer => no(404, 'Not Found')

interface Fault {
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

/** What could not be read, each fault where it is. */
export const invalid = (faults: readonly Fault[]): Answer => ({ status: 422, body: { detail: faults } })

export const invalidBody = (error: z.ZodError): Answer =>
  invalid(
    error.issues.map(({ path, message, code }) => ({
      loc: ['body', ...path.map((part) => (typeof part === 'number' ? part : String(part)))],
      msg: message,
      type: `value_error.${code}`,
    })),
  )

/** The number in the path; null if it is none. */
export const idOf = ({ params }: Call): number | null => {
  const text = params['id']!
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

export const badId = (): Answer =>
  invalid([{ loc: ['path', 'id'], msg: 'value is not a valid integer', type: 'type_error.integer' }])
