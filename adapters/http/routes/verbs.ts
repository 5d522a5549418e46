import { optionOf, VERBS, type Verb } from '#core'
import { z } from 'zod'
import { bodyOf } from '../fields.ts'
import { perform } from '../perform.ts'
import { notFound } from '../problem.ts'
import { ok, type KeyedRoute, type OpenRoute } from '../route.ts'

/** Every verb by its own name, so that one that is new needs nothing here, and what each takes. */
export const verbs: readonly (KeyedRoute | OpenRoute)[] = [
  {
    method: 'POST',
    path: '/api/v2/verbs/:verb',
    who: 'member',
    summary: 'any verb, with its arguments as fields: POST /api/v2/verbs/done {"what": "all"}',
    answer: async (call, caller) => {
      const verb = BY_SEGMENT.get(segmentOf(call.params['verb']!))
      if (verb === undefined) return notFound('There is no such verb. GET /api/v2/verbs lists them.')
      return perform(call, caller, verb, call.body ?? {})
    },
  },
  {
    method: 'GET',
    path: '/api/v2/verbs',
    who: 'anyone',
    summary: 'the verbs, with a JSON Schema for the body of each',
    answer: async () => ok({ verbs: described() }),
  },
]

/** `keys add` and `api-keys add` as one segment of a path: with dashes, whichever of them stand in the name itself. */
const segmentOf = (name: string): string => name.toLowerCase().replaceAll(/[ +_]/g, '-')

const BY_SEGMENT: ReadonlyMap<string, Verb> = new Map(
  VERBS.flatMap((verb) => [verb.name, ...verb.aliases].map((name) => [segmentOf(name), verb] as const)),
)

let description: readonly object[] | null = null
const described = (): readonly object[] => (description ??= VERBS.map(describe))

const describe = (verb: Verb): object => ({
  name: verb.name,
  summary: verb.summary,
  who: verb.who,
  path: `/api/v2/verbs/${segmentOf(verb.name)}`,
  body: z.toJSONSchema(bodyOf(verb)),
  options: Object.fromEntries(verb.arguments.map((argument) => [argument.name, `--${optionOf(argument)}`])),
  examples: verb.examples,
})
