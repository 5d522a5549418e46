import type { Kind } from './kind.ts'
import { goesByPlace, type Argument, type Verb } from './verb.ts'

/** How a line of this verb is made: `extend [<what>] <2h>`, in square brackets what may be left out. */
export function usage(verb: Verb): string {
  return [
    verb.name,
    ...verb.arguments.filter(({ unspoken, name }) => unspoken === undefined && !isOther(verb, name)).map(either),
  ].join(' ')

  function either(argument: Argument): string {
    const other = verb.arguments.find(({ name }) => name === argument.or)
    if (other === undefined) return part(argument)
    const both = [argument, other].map((one) => part({ ...one, required: true })).join('|')
    return argument.required ? both : `[${both}]`
  }
}

/** Told beside the argument that it stands in for. */
const isOther = (verb: Verb, name: string): boolean => verb.arguments.some((one) => one.or === name)

const part = (argument: Argument): string => {
  const { after, kind, required, rest, many } = argument
  if (kind.type === 'flag') return `[${after?.[0] ?? argument.name}]`
  // `bad <bad…>` says nothing of what is to be said.
  const name = kind.type === 'text' && after?.[0] === argument.name ? kind.example : valueName(argument.name, kind)
  const value = kind.type === 'choice' ? kind.of.join('|') : `<${name}${rest ? '…' : ''}>`
  const whole =
    after === undefined || (goesByPlace(argument) && kind.type === 'choice') ? value : `${after[0]} ${value}`
  if (required && argument.placed) return value
  return required ? whole : `[${whole}]${many === undefined ? '' : '…'}`
}

const valueName = (name: string, kind: Kind): string => {
  switch (kind.type) {
    case 'duration':
    case 'instant':
    case 'recurring':
      return kind.example
    case 'count':
      return 'n'
    case 'path':
      return 'path'
    case 'sshKey':
      return 'ssh-ed25519 AAAA'
    case 'fingerprint':
      return 'SHA256:…'
    case 'linkCode':
      return 'code'
    case 'word':
      return kind.names.length === 0 ? name : kind.names.join('|')
    case 'text':
    case 'choice':
    case 'flag':
    case 'identity':
    case 'member':
    case 'mail':
    case 'uuid':
    case 'buildUrl':
    case 'pairs':
      return name
  }
}
