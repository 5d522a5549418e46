import { MINUTE, SECOND } from '#core'
import { z } from 'zod'
import { isPublic, literal } from '../addresses.ts'
import type { SecretConfig } from './doors.ts'
import type { Environment } from './environment.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import { flag, LOOPBACK, object, secret, span, text, whole, type ShapeOf, type Span } from './kinds.ts'
import { NAME, NAME_RULE } from './schema.ts'
import { secretFrom } from './secret-from.ts'
import type { Secret } from './secret.ts'
import { readKey } from './ssh-key.ts'

/** A Jenkins whose builds ask for machines. `docs/jenkins.md` says how to set it up. */
export interface JenkinsConfig {
  /** Where it is, as its builds are told (`JENKINS_URL`): `https://jenkins.example.org/`. */
  readonly url: string
  /** At least 20 characters; `/webhooks/jenkins?token=<secret>` is then this Jenkins. Default: none, and webhooks need an API key. */
  readonly secret?: SecretConfig
  /** As whom it is asked after builds, if not as anybody. Over `https://` only, since the token is sent along. */
  readonly user?: string
  /** The API token of that user. */
  readonly token?: SecretConfig
  /** PEM file of a private authority, trusted for this Jenkins instead of the public ones. Default: the public ones. */
  readonly ca?: string
  /** It may be at an address of a private network, or of this host. Default: false. */
  readonly privateAddresses?: boolean
  /** How often it is asked whether a build still runs; false: never, and its notices must say so. Default: `1m`. */
  readonly askEvery?: Span | false
  /**
   * A build that was seen to run, and of which its Jenkins then says nothing for so long, is given up: its machines come back.
   * Default: `30m`.
   */
  readonly lostAfter?: Span
  /** Machines of leases may have agents of it. Default: they may not. */
  readonly agents?: AgentsConfig
}

/** The agents of a Jenkins on machines that are lent. `inbound` ones need the `user` of the Jenkins, `ssh` ones the `sshKey`. */
export interface AgentsConfig {
  /** Builds at once on one machine. Default: 1. */
  readonly executors?: number
  /** Labels of the nodes, beside the name that each has. Default: `['duffy']`. */
  readonly labels?: readonly string[]
  /** Where they keep their files, beneath the home of the user that a tenant logs in as. Default: `jenkins`. */
  readonly folder?: string
  /** Inbound agents call over WebSocket, so that only the address of the Jenkins itself is needed. Default: true. */
  readonly webSocket?: boolean
  /** The public half of the key by which the Jenkins logs in to start agents. Default: none, and no lease is made ready for that. */
  readonly sshKey?: string
}

export interface JenkinsSettings {
  readonly name: string
  /** With a slash at its end. */
  readonly url: string
  readonly secret: Secret | null
  readonly credentials: { readonly user: string; readonly token: Secret } | null
  /** PEM. */
  readonly ca: string | null
  readonly privateAddresses: boolean
  /** Null: never. */
  readonly askEveryMs: number | null
  readonly lostAfterMs: number
  /** Null: leases get no agents of it. */
  readonly agents: AgentsSettings | null
}

export interface AgentsSettings {
  readonly executors: number
  readonly labels: readonly string[]
  readonly folder: string
  readonly webSocket: boolean
  /** An OpenSSH line. */
  readonly sshKey: string | null
}

const FOLDER = 'Give a folder beneath the home of whoever logs in, such as `jenkins`.'
const LABEL = 'A label is a letter or digit, then letters, digits and `._-`.'

const agentsSchema = object(
  {
    executors: whole(1, 1_000).default(1),
    labels: z
      .array(z.string({ error: LABEL }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: LABEL }), {
        error: 'Give a list of labels.',
      })
      .max(20, { error: 'Give at most 20 labels.' })
      .default(['duffy']),
    folder: z
      .string({ error: FOLDER })
      .regex(/^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/, { error: FOLDER })
      .default('jenkins'),
    webSocket: flag.default(true),
    sshKey: z
      .string({ error: 'Give the line of a public key.' })
      .max(20_000, { error: 'That is no public key.' })
      .optional(),
  } satisfies ShapeOf<AgentsConfig>,
  'Say what agents are like: `{ labels: ["duffy"] }`, or `{}`.',
)

const ADDRESS =
  'Give the whole address of the Jenkins, such as `https://jenkins.example.org/`, without user, `?` and `#`.'

const jenkinsSchema = object(
  {
    url: z
      .url({ protocol: /^https?$/, error: ADDRESS })
      .regex(/^[^?#@]*$/, { error: ADDRESS })
      .transform((written) => new URL(written.replace(/\/*$/, '/')).href),
    secret: secret.optional(),
    user: text(200, 'Give the name of a user.')
      .regex(/^[^:]*$/, { error: 'A name of a user has no colon.' })
      .optional(),
    token: secret.optional(),
    ca: text(4096, 'Give the path of a file.').optional(),
    privateAddresses: flag.default(false),
    askEvery: z
      .union([z.literal(false), span(SECOND)], { error: 'Give a length of time such as `1m`, or false.' })
      .default(MINUTE),
    lostAfter: span(SECOND).default(30 * MINUTE),
    agents: agentsSchema.optional(),
  } satisfies ShapeOf<JenkinsConfig>,
  'Describe the Jenkins: `{ url }`.',
)

interface Around {
  readonly environment: Environment
  readonly files: Files
  readonly faults: Faults
}

/** Guessing at it is hopeless from that many characters on. */
const SHORTEST_SECRET = 20

export async function readJenkins(
  written: Readonly<Record<string, unknown>>,
  around: Around,
): Promise<JenkinsSettings[]> {
  const { faults } = around
  const settings: JenkinsSettings[] = []
  for (const [name, read] of faults.readEach(jenkinsSchema, written, ['jenkins'])) {
    if (!NAME.test(name)) faults.add(['jenkins', name], NAME_RULE)
    if (read !== null) settings.push(await oneOf(name, read, around))
  }
  for (const [at, { name, url, secret: own }] of settings.entries()) {
    const others = settings.slice(0, at)
    if (others.some((other) => other.url === url))
      faults.add(['jenkins', name, 'url'], 'Another entry has this address; describe each Jenkins once.')
    if (own !== null && others.some((other) => other.secret?.reveal() === own.reveal()))
      faults.add(['jenkins', name, 'secret'], 'Another entry has this secret; give each Jenkins one of its own.')
  }
  return settings
}

const oneOf = async (name: string, read: z.output<typeof jenkinsSchema>, around: Around): Promise<JenkinsSettings> => {
  const { files, faults } = around
  const path = ['jenkins', name]
  const own = await secretFrom(read.secret, [...path, 'secret'], around)
  if (own !== null && own.reveal().length < SHORTEST_SECRET)
    faults.add([...path, 'secret'], `Whoever guesses it could end builds; give at least ${SHORTEST_SECRET} characters.`)
  const token = await secretFrom(read.token, [...path, 'token'], around)
  if ((read.user === undefined) !== (read.token === undefined))
    faults.add([...path, read.user === undefined ? 'user' : 'token'], 'Give `user` and `token` together.')
  if (read.token !== undefined && !read.url.startsWith('https:') && !LOOPBACK.test(read.url))
    faults.add(
      [...path, 'url'],
      'The token would cross the network readable; give an address that starts with `https://`.',
    )
  const address = literal(new URL(read.url).hostname)
  if (address !== null && !read.privateAddresses && !isPublic(address))
    faults.add(
      [...path, 'url'],
      `${address} is no public address, so Duffy would not ask there; say \`privateAddresses: true\` if it may.`,
    )
  return {
    name,
    url: read.url,
    secret: own,
    credentials: read.user === undefined || token === null ? null : { user: read.user, token },
    ca: read.ca === undefined ? null : await files.read(files.besideConfig(read.ca), [...path, 'ca']),
    privateAddresses: read.privateAddresses,
    askEveryMs: read.askEvery === false ? null : read.askEvery,
    lostAfterMs: read.lostAfter,
    agents: read.agents === undefined ? null : agentsOf(read.agents, [...path, 'agents'], { read, faults }),
  }
}

const agentsOf = (
  { sshKey, ...agents }: z.output<typeof agentsSchema>,
  path: readonly string[],
  { read, faults }: { readonly read: z.output<typeof jenkinsSchema>; readonly faults: Faults },
): AgentsSettings => {
  if (sshKey === undefined && read.user === undefined)
    faults.add(
      path,
      'Duffy registers nodes as a user of the Jenkins: give `user` and `token`; or an `sshKey`, if the Jenkins logs in by itself.',
    )
  const key = sshKey === undefined ? null : readKey(sshKey)
  if (typeof key === 'string') faults.add([...path, 'sshKey'], key)
  return { ...agents, sshKey: key === null || typeof key === 'string' ? null : key.line }
}
