import { LAUNCHES, type AskedAgent, type Launch } from '../agent.ts'
import { ON_FAILURE, type Build, type BuildUrl, type OnFailure } from '../build.ts'
import type { GetCommand } from '../command.ts'
import type { Identity } from '../id.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import {
  CHASSIS_RULES,
  HIGHEST_PRIORITY,
  PLATFORM_RULES,
  type Address,
  type ChassisRule,
  type PlatformRule,
} from '../request.ts'
import { LONGEST_KEY, type SshKey } from '../ssh-key.ts'
import { LONGEST_LEASE_MS, LONGEST_REASON, MOST_MACHINES, nameOf } from './bounds.ts'
import { COLLECT, collectIn } from './collect.ts'
import type { Argument, Values, Verb } from './verb.ts'

const args: readonly Argument[] = [
  {
    name: 'type',
    kind: nameOf(['type', 'pool'], 'metal'),
    summary: 'metal, vm, or the name of a pool',
    required: true,
  },
  { name: 'count', kind: { type: 'count', most: MOST_MACHINES }, summary: 'how many machines; one unless said' },
  {
    name: 'for',
    kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '4h' },
    summary: "how long; your tenant's own length, or else the pool's, unless said",
    after: ['for'],
    placed: true,
  },
  { name: 'pool', kind: nameOf(['pool'], 'rack-7'), summary: 'only machines of this pool', after: ['pool', 'from'] },
  { name: 'arch', kind: nameOf(['arch'], 'aarch64'), summary: 'only machines of this architecture', after: ['arch'] },
  {
    name: 'labels',
    kind: nameOf(['label'], 'gpu'),
    summary: 'only machines with this label; with all of them, if several',
    after: ['label', 'labels', 'with'],
    option: 'label',
    many: DEFAULT_LIMITS.labelsPerRequest * 10,
  },
  {
    name: 'platform',
    kind: { type: 'choice', of: PLATFORM_RULES },
    summary:
      'same: only the kind of machine you always get; prefer: that kind if it comes free soon; any: whatever is free',
    after: ['platform'],
    placed: true,
  },
  {
    name: 'chassis',
    kind: { type: 'choice', of: CHASSIS_RULES },
    summary:
      'several machines on as many chassis as can be (spread), or on as few (pack); as the pool says unless said',
    after: ['chassis'],
    placed: true,
  },
  {
    name: 'priority',
    kind: { type: 'count', least: 0, most: HIGHEST_PRIORITY },
    summary: '0 to 9, as far as your tenant may; a higher one is served first',
    after: ['priority'],
  },
  {
    name: 'queue',
    kind: { type: 'flag', standard: true },
    summary: 'whether to wait in line if nothing is free; "now" is to be refused instead',
    after: ['now'],
    option: 'now',
  },
  COLLECT,
  {
    name: 'reason',
    kind: { type: 'text', longest: LONGEST_REASON, example: 'kernel bisect' },
    summary: 'what for, for those who read the list',
    after: ['because', 'reason'],
    rest: true,
  },
  {
    name: 'keys',
    kind: { type: 'sshKey', longest: LONGEST_KEY },
    summary: 'SSH public keys to let in; the keys you added before unless given',
    option: 'key',
    many: DEFAULT_LIMITS.keysPerRequest * 10,
    unspoken: true,
  },
  {
    name: 'metadata',
    kind: { type: 'pairs', most: DEFAULT_LIMITS.metadataEntries * 10, longest: 5000 },
    summary: 'text by name, kept with the lease and given back',
    unspoken: true,
  },
  {
    name: 'notify',
    kind: { type: 'identity', longest: 200 },
    summary: 'whom to tell when it is ready and before it ends: irc:<network>:<account> or slack:<team>:<user>',
    unspoken: true,
  },
  {
    name: 'keepPlace',
    kind: { type: 'flag', standard: false },
    summary: 'wait on though the connection that asked closes, and nobody asks how it stands',
    option: 'keep-place',
    unspoken: true,
  },
  {
    name: 'pollWithin',
    kind: { type: 'duration', longestMs: LONGEST_LEASE_MS, example: '10m' },
    summary:
      "give the place in line up once nobody has asked for so long how it stands; the site's own limit unless said",
    option: 'poll-within',
    unspoken: true,
  },
  {
    name: 'build',
    kind: { type: 'buildUrl' },
    summary: 'the Jenkins build that it is for (BUILD_URL): the machines come back when it is over, however it ends',
    unspoken: true,
  },
  {
    name: 'onFailure',
    kind: { type: 'choice', of: ON_FAILURE },
    summary:
      'what becomes of the machines if that build fails: done, or hold to keep them for debugging; done unless said',
    option: 'on-failure',
    unspoken: true,
  },
  {
    name: 'agent',
    kind: { type: 'choice', of: LAUNCHES },
    summary:
      'have an agent of the Jenkins of that build, or of the only one that has agents, on each machine: started there (inbound), or made ready for its SSH launcher (ssh)',
    unspoken: true,
  },
  {
    name: 'dryRun',
    kind: { type: 'flag', standard: false },
    summary: 'only say what would happen, and why; nothing is taken, and nothing is kept',
    after: ['dry-run', 'dryrun', 'preview'],
    option: 'dry-run',
  },
]

export const get: Verb = {
  name: 'get',
  aliases: [],
  summary: 'lease machines, or wait in line for them',
  who: 'member',
  type: 'command',
  arguments: args,
  examples: ['get metal', 'get metal 2 for 4h', 'get vm arch aarch64', 'get metal any now because kernel bisect'],
  asks: (values, where) => {
    const command = commandOf(values, where)
    return values['dryRun'] === true
      ? { type: 'question', question: { ask: 'preview', command } }
      : { type: 'command', command }
  },
}

export const commandOf = (values: Values, where: Address | null): GetCommand => ({
  do: 'get',
  // As the site's config writes them, whatever a telephone makes of the first letter.
  type: (values['type'] as string).toLowerCase(),
  pool: ((values['pool'] as string | undefined) ?? null)?.toLowerCase() ?? null,
  arch: (values['arch'] ?? null) as string | null,
  labels: (values['labels'] ?? []) as readonly string[],
  count: (values['count'] ?? 1) as number,
  platform: (values['platform'] ?? 'same') as PlatformRule,
  chassis: (values['chassis'] ?? null) as ChassisRule | null,
  durationMs: (values['for'] ?? null) as number | null,
  priority: (values['priority'] ?? 0) as number,
  keys: (values['keys'] ?? []) as readonly SshKey[],
  reason: (values['reason'] ?? '') as string,
  metadata: (values['metadata'] ?? {}) as Readonly<Record<string, string>>,
  queue: (values['queue'] ?? true) as boolean,
  keepPlace: (values['keepPlace'] ?? false) as boolean,
  pollWithinMs: (values['pollWithin'] ?? null) as number | null,
  build: buildOf(values),
  ...collectIn(values),
  agent: agentOf(values),
  address: addressOf((values['notify'] ?? null) as string | null) ?? where,
})

const buildOf = ({ build, onFailure }: Values): Omit<Build, 'seen'> | null =>
  build === undefined ? null : { url: build as BuildUrl, onFailure: (onFailure ?? 'done') as OnFailure }

const agentOf = ({ agent }: Values): AskedAgent | null =>
  agent === undefined ? null : { launch: agent as Launch, jenkins: null }

/** `irc:libera:alice` is alice, at the door `irc:libera`; everybody in Slack is at the one door `slack`. */
const addressOf = (identity: string | null): Address | null => {
  if (identity === null) return null
  const colon = identity.lastIndexOf(':')
  return {
    door: identity.startsWith('slack:') ? 'slack' : identity.slice(0, colon),
    identity: identity as Identity,
    nick: identity.slice(colon + 1),
    room: null,
  }
}
