import { verbNamed, type Verb } from '#core'
import { z } from 'zod'
import { bodyOf } from '../fields.ts'
import type { Body } from '../route.ts'

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>

/** What a body is to be, without the field that the path gives. */
export function bodySchema(body: Body): z.ZodType {
  return 'verb' in body ? verbSchema(verbNamed(body.verb)!, body.given) : body.shape
}

export function verbSchema(verb: Verb, given?: string): z.ZodType {
  const whole = bodyOf(verb) as unknown as z.ZodObject<Record<string, z.ZodType>>
  if (given === undefined) return whole
  const { [given]: _, ...rest } = whole.shape
  return z.strictObject(rest)
}

/** As JSON Schema, with the shapes that have names put among `named`. */
export function lifted(shape: z.ZodType, named: Record<string, Schema>): Schema {
  const text = JSON.stringify(z.toJSONSchema(shape, { io: 'input', reused: 'inline' }))
  const { $schema: _, $defs = {}, id: __, ...schema } = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/'))
  for (const [name, { id: ___, ...definition }] of Object.entries<Record<string, unknown>>($defs))
    named[name] = definition
  return schema as Schema
}

/** The parameters of a query as they come out of reading: each is text on the way. */
export function querySchemas(query: z.ZodType): (readonly [string, Schema])[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output' })
  return Object.entries(properties).map(([name, schema]) => [name, schema as Schema] as const)
}
