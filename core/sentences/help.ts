import { nearest } from '../suggest.ts'
import { VERBS, verbNamed } from '../verbs/catalogue.ts'
import { usage } from '../verbs/usage.ts'
import type { Verb } from '../verbs/verb.ts'
import { openly, type Said, type Telling } from './said.ts'

/** All verbs in a breath, or one in full. */
export const helpSaid = (asked: string | null, { say }: Telling): Said => {
  if (asked === null) return openly(...all(say))
  const verb = verbNamed(asked.trim())
  if (verb !== undefined) return openly(...one(verb, say))
  const meant = nearest(
    asked,
    VERBS.map(({ name }) => name),
  )
  return openly(
    `I don't know "${asked}". ${meant === null ? `What I know: ${say('help')}` : `Did you mean: ${say(`help ${meant}`)}`}`,
  )
}

const all = (say: Telling['say']): string[] => [
  `Get a machine: ${say('get metal')}. Return it: ${say('done')}. More time: ${say('extend 2h')}. Log in with your key: ${say('keys add ssh-ed25519 AAAA…')}`,
  `All I know: ${VERBS.map(({ name }) => name).join(', ')}. More of one: ${say('help get')}`,
]

const one = (verb: Verb, say: Telling['say']): string[] => {
  const { name, summary, aliases, who, examples } = verb
  const also = aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`
  const whose = who === 'operator' ? ' For operators.' : ''
  const under = VERBS.filter((other) => other.name.startsWith(`${name} `))
  const more = under.length === 0 ? '' : `. See also: ${under.map((other) => say(`help ${other.name}`)).join(', ')}`
  return [say(usage(verb)), `${name}: ${summary}.${also}${whose}`, `e.g. ${examples.map(say).join(', ')}${more}`]
}
