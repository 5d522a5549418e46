import { optionOf, VERBS, verbNamed, type Argument, type Kind, type Verb } from '#core'
import { COMMANDS } from './commands/index.ts'

/** What there is, or one of it in full; null if there is no such thing. */
export function helpText(operands: readonly string[]): string | null {
  const [first] = operands
  if (first === undefined) return overview()
  const command = COMMANDS.find(({ name }) => name === first)
  if (command !== undefined)
    return [command.usage, command.summary, ...(command.more === undefined ? [] : [command.more])].join('\n\n')
  const verb = verbNamed(operands.slice(0, 2).join(' ')) ?? verbNamed(first)
  return verb === undefined ? null : inFull(verb)
}

const overview = (): string =>
  [
    'duffy: lease real machines',
    '',
    ...columns(
      VERBS.filter(({ name }) => !COMMANDS.some((command) => command.name === name)).map(({ name, summary }) => [
        name,
        summary,
      ]),
    ),
    '',
    ...columns(COMMANDS.map(({ name, summary }) => [name, summary])),
    '',
    'Every one takes --json (the answer as the server gave it) and --help.',
    'DUFFY_URL says where Duffy is (http://127.0.0.1:8080 unless set), DUFFY_API_KEY who you are; without it the key that',
    'a Duffy on this machine keeps is used.',
    'Exit codes: 0 done, 1 refused, 2 not understood, 70 failed.',
  ].join('\n')

const FORMAT = ['--format ssh-config', 'what you can log in to, as hosts for ~/.ssh/config'] as const

/** What the command line alone takes of a verb. */
const OWN_OPTIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  get: [
    ['--wait [60s]', 'how long to wait until one can log in; 60s unless said, --wait alone: as long as it takes'],
    FORMAT,
  ],
  list: [FORMAT],
}

const inFull = (verb: Verb): string => {
  const rows = verb.arguments.map(
    (argument) => [`--${optionOf(argument)}${valueOf(argument)}`, argument.summary] as const,
  )
  const options = [...rows, ...(OWN_OPTIONS[verb.name] ?? [])]
  return [
    `duffy ${verb.name}: ${verb.summary}`,
    ...(options.length === 0 ? [] : ['', ...columns(options)]),
    '',
    ...verb.examples.map((example) => `  duffy ${example}`),
  ].join('\n')
}

const valueOf = ({ kind, required, or }: Argument): string => {
  if (kind.type === 'flag') return ''
  const needed = or === undefined ? ' (needed)' : ` (needed, or --${or})`
  return ` ${shownFor(kind)}${required ? needed : ''}`
}

const shownFor = (kind: Exclude<Kind, { type: 'flag' }>): string => {
  if ('example' in kind) return kind.example
  return kind.type === 'choice' ? kind.of.join('|') : PLACES[kind.type]
}

type Unexemplified = Exclude<Kind, { example: string } | { type: 'flag' | 'choice' }>['type']

const PLACES: Readonly<Record<Unexemplified, string>> = {
  count: '2',
  sshKey: 'FILE',
  fingerprint: 'SHA256:…',
  identity: 'irc:NETWORK:ACCOUNT|slack:TEAM:USER',
  member: 'irc:NETWORK:ACCOUNT|slack:TEAM:USER|jenkins:NAME',
  uuid: 'UUID',
  buildUrl: 'URL',
  linkCode: 'CODE',
  mail: 'ADDRESS',
  pairs: 'NAME=TEXT',
}

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`)
}
