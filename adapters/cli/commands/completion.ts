import { goesByPlace, optionOf, VERBS, type Verb } from '#core'
import { expectOnly } from '../words.ts'
import { EXIT, Stop } from '../world.ts'
import type { Command } from './command.ts'

/** Completion for a shell, from the verbs and commands that there are. */
export const completion = (commands: () => readonly Command[]): Command => ({
  name: 'completion',
  usage: 'duffy completion bash|zsh|fish',
  summary: 'what a shell needs to complete what you type: source <(duffy completion bash)',
  more: 'fish: duffy completion fish | source',
  async run({ world, words: { operands, options } }) {
    expectOnly(options, [])
    const script = SCRIPTS[operands[1] ?? '']
    if (script === undefined) throw new Stop(EXIT.misread, 'name the shell: duffy completion bash, zsh or fish')
    world.out(script(offersOf(commands())))
    return EXIT.done
  },
})

/** The words that may come next once what was typed after `duffy` is like one of `said`, where `*` is anything. */
interface Offer {
  readonly said: readonly string[]
  readonly words: readonly string[]
}

/** The first that fits counts: values of an option, then verbs of two words, then of one. */
const offersOf = (commands: readonly Command[]): readonly Offer[] => {
  const verbs = VERBS.toSorted((one, other) => wordsIn(other) - wordsIn(one))
  return [
    ...verbs.flatMap(choicesOf),
    { said: ['get* --format', 'list* --format'], words: ['ssh-config'] },
    ...verbs.map((verb) => ({ said: after(verb.name), words: [...secondWords(verb.name), ...takenBy(verb)] })),
    ...firstWords().map((name) => ({ said: [name], words: secondWords(name) })),
    ...commands.map((command) => ({ said: after(command.name), words: optionsShown(command) })),
    { said: [''], words: [...new Set([...firstWords(), ...commands.map(({ name }) => name), 'help'])] },
  ].filter(({ words }) => words.length > 0)
}

const wordsIn = ({ name }: Verb): number => name.split(' ').length

const after = (name: string): readonly string[] => [name, `${name} *`]

const firstWords = (): readonly string[] => [...new Set(VERBS.map(({ name }) => name.split(' ')[0]!))]

const secondWords = (first: string): readonly string[] =>
  VERBS.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))

const EVERYWHERE = ['--json', '--help']

const takenBy = (verb: Verb): readonly string[] => [
  ...verb.arguments.flatMap((one) => (goesByPlace(one) && one.kind.type === 'choice' ? one.kind.of : [])),
  ...verb.arguments.map((one) => `--${optionOf(one)}`),
  ...(verb.name === 'get' ? ['--wait'] : []),
  ...(verb.name === 'get' || verb.name === 'list' ? ['--format'] : []),
  ...EVERYWHERE,
]

const choicesOf = (verb: Verb): readonly Offer[] =>
  verb.arguments.flatMap((one) =>
    one.kind.type === 'choice' ? [{ said: [`${verb.name}* --${optionOf(one)}`], words: one.kind.of }] : [],
  )

/** Those that its help names. */
const optionsShown = ({ usage, more = '' }: Command): readonly string[] => [
  ...new Set([...(`${usage} ${more}`.match(/--[a-z][a-z-]*/g) ?? []), ...EVERYWHERE]),
]

/** A pattern for `case`: all but the stars in quotes. */
const quoted = (said: string): string =>
  said
    .split('*')
    .map((part) => `'${part}'`)
    .join('*')

const casesOf = (offers: readonly Offer[], take: (words: string) => string): string =>
  offers.map(({ said, words }) => `    ${said.map(quoted).join('|')}) ${take(words.join(' '))} ;;`).join('\n')

const bash = (offers: readonly Offer[]): string => `_duffy() {
  local offers='' said="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  case "$said" in
${casesOf(offers, (words) => `offers='${words}'`)}
  esac
  COMPREPLY=($(compgen -W "$offers" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _duffy duffy`

const zsh = (offers: readonly Offer[]): string => `#compdef duffy
_duffy() {
  local said="\${(j: :)words[2,CURRENT-1]}"
  case "$said" in
${casesOf(offers, (words) => `compadd -- ${words}`)}
    *) _files ;;
  esac
}
compdef _duffy duffy`

const fish = (offers: readonly Offer[]): string => `function __duffy_offers
  set -l typed (commandline -opc)
  set -e typed[1]
  switch (string join ' ' -- $typed)
${offers.map(({ said, words }) => `    case ${said.map((one) => `'${one}'`).join(' ')}\n      string split ' ' -- '${words.join(' ')}'`).join('\n')}
  end
end
complete -c duffy -f -a '(__duffy_offers)'`

const SCRIPTS: Readonly<Record<string, (offers: readonly Offer[]) => string>> = { bash, zsh, fish }
