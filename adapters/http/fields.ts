import { LONGEST_BUILD_URL, type Argument, type Kind, type Verb } from '#core'
import { z } from 'zod'

/**
 * The body of a verb, from its declaration: the JSON type of each field, and nothing beside them. What the text in a field
 * may be is read by core, the same for every door. Made once for each verb: building a schema costs more than a request.
 */
export function bodyOf(verb: Verb): z.ZodType<Fields> {
  let schema = schemas.get(verb)
  if (schema === undefined) {
    const shape = Object.fromEntries(verb.arguments.map((argument) => [argument.name, fieldOf(argument)]))
    schemas.set(verb, (schema = z.strictObject(shape) as unknown as z.ZodType<Fields>))
  }
  return schema
}

export type Fields = Readonly<Record<string, unknown>>

const schemas = new WeakMap<Verb, z.ZodType<Fields>>()

const fieldOf = (argument: Argument): z.ZodType => {
  const one = typeOf(argument.kind)
  const field = argument.many === undefined ? one : z.array(one).max(argument.many)
  const described = field.describe(argument.summary)
  return argument.required && argument.or === undefined ? described : described.optional()
}

/** Longest text of a kind that names no length of its own. */
const LONGEST = 200

const timeOf = (example: string) =>
  z
    .string()
    .max(LONGEST)
    .meta({ examples: [example] })

const typeOf = (kind: Kind): z.ZodType => {
  switch (kind.type) {
    case 'word':
    case 'text':
    case 'sshKey':
    case 'identity':
    case 'member':
    case 'mail':
      return z.string().max(kind.longest)
    case 'uuid':
    case 'linkCode':
    case 'fingerprint':
      return z.string().max(LONGEST)
    case 'buildUrl':
      return z
        .string()
        .max(LONGEST_BUILD_URL)
        .meta({ examples: ['https://jenkins.example.org/job/ceph/41/'] })
    case 'path':
      return z
        .string()
        .max(kind.longest)
        .meta({ examples: [kind.example] })
    case 'duration': {
      const length = timeOf(kind.example)
      return kind.orDefault === true ? length.nullable() : length
    }
    case 'instant':
    case 'recurring':
      return timeOf(kind.example)
    case 'count':
      return z
        .int()
        .min(kind.least ?? 1)
        .max(kind.most)
    case 'choice':
      return z.enum(kind.of)
    case 'flag':
      return z.boolean()
    case 'pairs':
      return z.record(z.string().max(LONGEST), z.string().max(kind.longest))
  }
}
