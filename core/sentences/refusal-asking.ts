import type { Command, GetCommand } from '../command.ts'
import type { PoolChoice, Refusal } from '../refusal.ts'
import { HOUR } from '../time.ts'
import { asManyAsMayBe } from './instead.ts'
import { capital, listed, openly, type RefusalTelling, type Said, type Telling } from './said.ts'
import { span } from './time.ts'
import { typedAgain } from './typed.ts'

type Asking = Extract<
  Refusal,
  {
    type:
      | 'noSuchType'
      | 'noSuchPool'
      | 'noSuchArch'
      | 'noSuchLabel'
      | 'neverEnough'
      | 'overQuota'
      | 'tooMany'
      | 'tooLongText'
      | 'badCount'
      | 'cannotCollect'
      | 'badPriority'
      | 'leaseTooShort'
      | 'leaseTooLong'
      | 'noKeys'
      | 'pollTooShort'
      | 'noneFree'
      | 'queueFull'
      | 'noSuchPlatform'
      | 'badNotify'
  }
>

/** Refusals of what somebody wants to have. */
export const askingRefused = (refusal: Asking, telling: RefusalTelling): Said => {
  const { say, asked } = telling
  const nothing = nothingWas(asked)
  const again: Again = (over) => say(typedAgain(asked, over))
  const help = say(`help ${asked?.do === 'reserve' || asked?.do === 'done' ? asked.do : 'get'}`)
  switch (refusal.type) {
    case 'noSuchType':
    case 'noSuchPool':
      return openly(noSuchPool(refusal, telling))
    case 'noSuchArch':
      return openly(
        `No machine has the architecture "${refusal.asked}"; ${nothing}. ${known(refusal.known, `Try: ${again({ arch: refusal.known[0] ?? 'x86_64' })}`, say)}`,
      )
    case 'noSuchLabel':
      return openly(
        `No machine has all of these labels: ${listed(refusal.asked)}; ${nothing}. ${known(refusal.known, `What there is: ${say('pools')}`, say)}`,
      )
    case 'neverEnough':
      return neverEnough(refusal, telling, again)
    case 'overQuota':
      return overQuota(refusal, telling, again)
    case 'tooMany':
      return openly(
        `${LIMITS[refusal.limit]}: at most ${refusal.most}. Nothing was done. ${LIMIT_HELP[refusal.limit]({ say, again, help })}`,
      )
    case 'tooLongText':
      return openly(
        `The ${refusal.field} is too long: at most ${refusal.most} characters. Nothing was done. See ${help}`,
      )
    case 'cannotCollect':
      return openly(cannotCollect(refusal, { say, again, help }))
    case 'badCount':
      return openly(`${refusal.count} is no number of machines; ${nothing}. Try: ${again({ count: 1 })}`)
    case 'badPriority':
      return openly(
        refusal.most === 0
          ? `${capital(refusal.tenant)} may ask for no priority but 0; ${nothing}. Try without: ${again({ priority: 0 })}`
          : `${refusal.asked} is no priority that ${refusal.tenant} may ask for; ${nothing}. The highest is ${refusal.most}: ${again({ priority: refusal.most })}`,
      )
    case 'leaseTooShort':
      return openly(
        `${span(refusal.asked)} is too short; nothing was changed. The shortest lease is ${span(refusal.shortestMs)}. Try: ${again({ durationMs: HOUR })}`,
      )
    case 'leaseTooLong':
      return openly(
        `${span(refusal.asked)} is too long; ${nothing}. ${capital(refusal.of)} allows ${span(refusal.longestMs)}. Try: ${again({ durationMs: refusal.longestMs })}`,
      )
    case 'noKeys':
      return openly(
        `I know no SSH key of yours, so ${nothing}: nobody could log in. Add one in private: ${say('keys add ssh-ed25519 AAAA…')} (ssh-keygen -t ed25519 makes one)`,
      )
    case 'pollTooShort':
      return openly(
        `${span(refusal.asked)} is too short for "pollWithin"; ${nothing}. The shortest is ${span(refusal.shortestMs)}. Leave it out, or say more; see ${help}`,
      )
    case 'noneFree':
      return openly(noneFree(refusal, again))
    case 'queueFull':
      return openly(
        `The line is full (${refusal.most} requests${refusal.limit === 'waitingRequestsPerTenant' ? ' of your tenant' : ''}); nothing was asked for. Try later; see ${say('status')}`,
      )
    case 'noSuchPlatform':
      return openly(noSuchPlatform(refusal, telling))
    case 'badNotify':
      return openly(
        `I cannot reach "${refusal.asked}", so ${nothing}. Leave out "notify", or name irc:<network>:<account> or slack:<team>:<user>; see ${help}`,
      )
  }
}

const cannotCollect = ({ pool, instead }: Extract<Refusal, { type: 'cannotCollect' }>, { again, help }: Next): string =>
  `Nothing can be collected from machines of ${pool}: their driver has no step for it. Nothing was done. ${instead[0] === undefined ? `Leave "collect" out; see ${help}` : `From ${listed(instead)} it can: ${again({ pool: instead[0] })}`}`

/** What was asked for in vain, as a line that asks for something else. */
type Again = (over: Partial<GetCommand>) => string

/** How to go on. */
interface Next {
  readonly say: Telling['say']
  readonly again: Again
  readonly help: string
}

const nothingWas = (asked: Command | undefined): string =>
  asked?.do === 'reserve' ? 'nothing was reserved' : 'nothing was leased'

const known = (names: readonly string[], next: string, say: Telling['say']): string =>
  names.length === 0 ? `What there is: ${say('pools')}` : `Known: ${listed(names)}. ${next}`

const noSuchPool = (
  { type, asked, suggestion, pools }: Extract<Refusal, { type: 'noSuchType' | 'noSuchPool' }>,
  { say, asked: command }: RefusalTelling,
): string => {
  const there = pools.length === 0 ? '' : ` Pools: ${listed(pools.map(choice))}.`
  if (type === 'noSuchPool') {
    const meant = suggestion === null ? '' : ` Did you mean ${suggestion}?`
    return `There is no pool "${asked}"; nothing was done.${there}${meant} See ${say('pools')}`
  }
  const next =
    suggestion === null ? `See ${say('pools')}` : `Did you mean: ${say(typedAgain(command, { type: suggestion }))}`
  return `There is neither a type nor a pool "${asked}"; ${nothingWas(command)}.${there} ${next}`
}

const choice = ({ pool, ready, waiting }: PoolChoice): string =>
  `${pool} (${ready} free${waiting > 0 ? `, ${waiting} waiting` : ''})`

const noSuchPlatform = (
  { asked, machineType, suggestion, known: of }: Extract<Refusal, { type: 'noSuchPlatform' }>,
  { say }: Telling,
): string => {
  const meant = suggestion ?? of[0]
  const next =
    meant === undefined
      ? `What there is: ${say('pools')}`
      : `Try: ${say(`home ${machineType === null ? '' : `${machineType} `}${meant}`)}`
  return `No ${machineType ?? 'machine'} is of a platform "${asked}"; nothing was changed. ${of.length === 0 ? '' : `Platforms: ${listed(of)}. `}${next}`
}

/** How many its tenant may have is for it alone to know. */
const neverEnough = (
  refusal: Extract<Refusal, { type: 'neverEnough' }>,
  { say, asked }: RefusalTelling,
  again: Again,
): Said => {
  const { count, most, machineType: type, platform, elsewhere, allowed } = refusal
  const what = `${count} ${type} can never come together${platform === null ? '' : ` on your platform, ${platform}`}`
  const there = `${most === 0 ? 'no machine would do' : `${most} would do`}; ${nothingWas(asked)}.`
  const reachable = Math.min(count, Math.max(most, elsewhere))
  const best = asManyAsMayBe(refusal)
  const next = best === null ? null : again({ type, ...best })
  if (next !== null && allowed >= reachable)
    return openly(`${what}: ${there} ${best!.count === count ? 'On any platform' : 'Try'}: ${next}`)
  const openLine = `${what}: ${there} What there is: ${say('pools')}`
  if (reachable === 0) return openly(openLine)
  const had = asked?.do === 'reserve' ? say('reservations') : say('list')
  return {
    room: [openLine],
    person: [next === null ? `You may have no more. What you have: ${had}` : `As many as you may have: ${next}`],
  }
}

/** Figures of a quota are its tenant's alone. */
const overQuota = (
  { tenant, count, held, quota, reserved }: Extract<Refusal, { type: 'overQuota' }>,
  { say, asked }: RefusalTelling,
  again: Again,
): Said => {
  const fewer = held < quota ? `Ask for fewer: ${again({ count: quota - held })}` : null
  return reserved === true
    ? {
        room: [
          `That is more than ${tenant} may hold at once; ${nothingWas(asked)}. What is reserved: ${say('reservations')}`,
        ],
        person: [
          `${tenant} has ${held} of ${quota} machines reserved for the same time and asked for ${count} more. ${fewer ?? `Cancel some: ${say('reservations')}`}`,
        ],
      }
    : {
        room: [`That is more than ${tenant} may hold at once; ${nothingWas(asked)}. What is held: ${say('list')}`],
        person: [
          `${tenant} holds ${held} of ${quota} machines and asked for ${count} more. ${fewer ?? `Give some back: ${say('list')}`}`,
        ],
      }
}

const noneFree = (
  { machineType: type, count, platform, elsewhere }: Extract<Refusal, { type: 'noneFree' }>,
  again: Again,
): string => {
  const none = `${count === 1 ? `No ${type} is` : `${count} ${type} are not`} free now${platform === null ? '' : ` on your platform, ${platform}`}; nothing was leased.`
  return elsewhere >= count
    ? `${none} On other platforms ${elsewhere} are: ${again({ type, count, platform: 'any', queue: false })}`
    : `${none} Wait in line: ${again({ type, count, queue: true })}`
}

type Limit = Extract<Refusal, { type: 'tooMany' }>['limit']

const LIMITS: Readonly<Record<Limit, string>> = {
  machinesPerRequest: 'Too many machines in one request',
  keysPerPerson: 'You have too many keys',
  keysPerRequest: 'Too many keys in one request',
  identitiesPerPerson: 'You have too many linked accounts',
  mailsPerPerson: 'Too many codes have been sent for you just now',
  openLinks: 'Too many codes to link by are out just now',
  labelsPerRequest: 'Too many labels in one request',
  metadataEntries: 'Too many metadata entries in one request',
  tenants: 'There are too many tenants',
  reservationsPerTenant: 'Your tenant has too many reservations',
  membersPerTenant: 'That tenant has too many members',
  apiKeysPerTenant: 'That tenant has too many API keys',
  pathsPerRequest: 'Too many paths to collect',
  webhooksPerTenant: 'That tenant has too many webhooks',
}

const LIMIT_HELP: Readonly<Record<Limit, (next: Next) => string>> = {
  machinesPerRequest: ({ again }) => `Ask for fewer: ${again({ count: 2 })}`,
  keysPerPerson: ({ say }) => `Remove one: ${say('keys')}`,
  identitiesPerPerson: ({ say }) => `Take one away: ${say('whoami')}`,
  mailsPerPerson: ({ say }) => `Say the code that came, or wait ten minutes: ${say('link K7M2-9QPD-3TXA yes')}`,
  openLinks: ({ say }) => `Try again in ten minutes: ${say('link')}`,
  keysPerRequest: ({ help }) => `Name fewer; see ${help}`,
  labelsPerRequest: ({ help }) => `Name fewer; see ${help}`,
  metadataEntries: ({ help }) => `Send fewer; see ${help}`,
  reservationsPerTenant: ({ say }) => `Cancel one: ${say('reservations')}`,
  tenants: ({ say }) => `Use one that is there: ${say('tenants')}`,
  membersPerTenant: ({ say }) => `Remove one: ${say('members')}`,
  apiKeysPerTenant: ({ say }) => `Revoke one: ${say('api-keys')}`,
  pathsPerRequest: ({ help }) => `Name a directory, or fewer; see ${help}`,
  webhooksPerTenant: ({ say }) => `Remove one: ${say('webhooks')}`,
}
