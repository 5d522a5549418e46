import { nearest, verbNamed, VERBS, type Verb } from '#core'
import { ask, tell, type Call } from './call.ts'
import { COMMANDS } from './commands/index.ts'
import { sshConfig } from './commands/ssh-config.ts'
import { offerOwnKey, runGet } from './get.ts'
import { fieldsOf } from './operands.ts'
import { formatOf } from './ssh-config.ts'
import { EXIT, Stop, type Exit } from './world.ts'

/** A verb that every door has, through the one route that takes them all. */
export async function runVerb(call: Call): Promise<Exit> {
  const { operands, options } = call.words
  const { verb, rest } = verbOf(operands)
  if (verb.name === 'get') return runGet(call, verb, rest)
  if (verb.name === 'list' && formatOf(options) !== null) return listHosts(call, rest)
  const body = fieldsOf(verb, rest, options)
  if (verb.name === 'reserve') offerOwnKey(call, body)
  const path = `/api/v2/verbs/${verb.name.replaceAll(' ', '-')}`
  const asked = await ask(call, { method: 'POST', path, body, operator: verb.who === 'operator' })
  return asked.ok ? tell(call, asked.answer, said) : asked.exit
}

/** `duffy list --format ssh-config`: the same as `duffy ssh-config`. */
const listHosts = (call: Call, rest: readonly string[]): Promise<Exit> => {
  if (rest.length > 0)
    throw new Stop(EXIT.misread, '--format ssh-config is of all that you hold: duffy list --format ssh-config')
  const options = call.words.options.filter(({ name }) => name !== 'format')
  return sshConfig.run({ ...call, words: { ...call.words, options } })
}

/** The sentence, and the secrets that are shown this once. */
const said = ({ detail, key, v3Key, secret }: Readonly<Record<string, unknown>>): string =>
  [
    String(detail),
    ...(typeof key === 'string' ? [`API key: ${key}`] : []),
    ...(typeof v3Key === 'string' ? [`Duffy v3 key: ${v3Key}`] : []),
    ...(typeof secret === 'string' ? [`Secret: ${secret}`] : []),
  ].join('\n')

/** Two words, where they are a verb together, before one. */
function verbOf(operands: readonly string[]): { readonly verb: Verb; readonly rest: readonly string[] } {
  for (const words of [2, 1]) {
    const verb = operands.length < words ? undefined : verbNamed(operands.slice(0, words).join(' '))
    if (verb !== undefined) return { verb, rest: operands.slice(words) }
  }
  throw unknownVerb(operands)
}

const unknownVerb = ([first = '', ...rest]: readonly string[]): Stop => {
  const names = [...VERBS.flatMap(({ name, aliases }) => [name, ...aliases]), ...COMMANDS.map(({ name }) => name)]
  const meant = nearest(first, names)
  const then = meant === null ? 'All there is: duffy --help' : `Did you mean: duffy ${[meant, ...rest].join(' ')}`
  return new Stop(EXIT.misread, `I don't know "${first}". Nothing was done. ${then}`)
}
