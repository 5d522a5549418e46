import type { SshKey } from '../command.ts'
import type { Identity } from '../id.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import { PLATFORM_RULES, type Address, type PlatformRule } from '../request.ts'
import { LONGEST_KEY } from '../ssh-key.ts'
import { MOST_MACHINES, nameOf, LONGEST_LEASE_MS } from './bounds.ts'
import type { Value } from './kind.ts'
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
    summary: "how long; the pool's own length unless said",
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
    name: 'queue',
    kind: { type: 'flag', standard: true },
    summary: 'wait in line if nothing is free; "now" means do not wait',
    after: ['now'],
    option: 'now',
  },
  {
    name: 'reason',
    kind: { type: 'text', longest: 2000, example: 'kernel bisect' },
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
    summary: 'whom to tell when it is ready and before it ends: irc:<network>:<account>',
    unspoken: true,
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
  asks: (values, where) => ({
    type: 'command',
    command: {
      do: 'get',
      type: values['type'] as string,
      pool: optional<string>(values, 'pool'),
      arch: optional<string>(values, 'arch'),
      labels: listed<string>(values, 'labels'),
      count: optional<number>(values, 'count') ?? 1,
      platform: optional<PlatformRule>(values, 'platform') ?? 'same',
      durationMs: optional<number>(values, 'for'),
      keys: listed<SshKey>(values, 'keys'),
      reason: optional<string>(values, 'reason') ?? '',
      metadata: optional<Readonly<Record<string, string>>>(values, 'metadata') ?? {},
      queue: optional<boolean>(values, 'queue') ?? true,
      address: addressOf(optional<string>(values, 'notify')) ?? where,
    },
  }),
}

const optional = <T extends Value>(values: Values, name: string): T | null => (values[name] as T | undefined) ?? null
const listed = <T extends Value>(values: Values, name: string): readonly T[] =>
  (values[name] as readonly T[] | undefined) ?? []

/** `irc:libera:alice` is alice, at the door `irc:libera`. */
const addressOf = (identity: string | null): Address | null => {
  if (identity === null) return null
  const colon = identity.lastIndexOf(':')
  return {
    door: identity.slice(0, colon),
    identity: identity as Identity,
    nick: identity.slice(colon + 1),
    room: null,
  }
}
