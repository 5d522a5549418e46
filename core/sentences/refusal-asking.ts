import type { PoolChoice, Refusal } from '../refusal.ts'
import { capital, listed, openly, type Said, type Telling } from './said.ts'
import { span, typedSpan } from './time.ts'

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
export const askingRefused = (refusal: Asking, telling: Telling): Said => {
  const { say } = telling
  switch (refusal.type) {
    case 'noSuchType':
    case 'noSuchPool':
      return openly(noSuchPool(refusal, telling))
    case 'noSuchArch':
      return openly(
        `No machine has the architecture "${refusal.asked}"; nothing was leased. ${known(refusal.known, `Try: ${say(`get metal arch ${refusal.known[0] ?? 'x86_64'}`)}`, say)}`,
      )
    case 'noSuchLabel':
      return openly(
        `No machine has all of these labels: ${listed(refusal.asked)}; nothing was leased. ${known(refusal.known, `What there is: ${say('pools')}`, say)}`,
      )
    case 'neverEnough':
      return openly(neverEnough(refusal, telling))
    case 'overQuota':
      return overQuota(refusal, telling)
    case 'tooMany':
      return openly(
        `${LIMITS[refusal.limit]}: at most ${refusal.most}. Nothing was done. ${LIMIT_HELP[refusal.limit](say)}`,
      )
    case 'tooLongText':
      return openly(
        `The ${refusal.field} is too long: at most ${refusal.most} characters. Nothing was done. See ${say('help get')}`,
      )
    case 'badCount':
      return openly(`${refusal.count} is no number of machines; nothing was leased. Try: ${say('get metal 1')}`)
    case 'badPriority':
      return openly(
        refusal.most === 0
          ? `${capital(refusal.tenant)} may ask for no priority but 0; nothing was leased. Try without: ${say('get metal')}`
          : `${refusal.asked} is no priority that ${refusal.tenant} may ask for; nothing was leased. The highest is ${refusal.most}: ${say(`get metal priority ${refusal.most}`)}`,
      )
    case 'leaseTooShort':
      return openly(
        `${span(refusal.asked)} is too short; nothing was changed. The shortest lease is ${span(refusal.shortestMs)}. Try: ${say('get metal for 1h')}`,
      )
    case 'leaseTooLong':
      return openly(
        `${span(refusal.asked)} is too long; nothing was leased. ${capital(refusal.of)} allows ${span(refusal.longestMs)}. Try: ${say(`get metal for ${typedSpan(refusal.longestMs)}`)}`,
      )
    case 'noKeys':
      return openly(
        `I know no SSH key of yours, so nothing was leased: nobody could log in. Add one in private: ${say('keys add ssh-ed25519 AAAA…')} (ssh-keygen -t ed25519 makes one)`,
      )
    case 'pollTooShort':
      return openly(
        `${span(refusal.asked)} is too short for "pollWithin"; nothing was leased. The shortest is ${span(refusal.shortestMs)}. Leave it out, or say more; see ${say('help get')}`,
      )
    case 'noneFree':
      return openly(noneFree(refusal, telling))
    case 'queueFull':
      return openly(
        `The line is full (${refusal.most} requests${refusal.limit === 'waitingRequestsPerTenant' ? ' of your tenant' : ''}); nothing was asked for. Try later; see ${say('status')}`,
      )
    case 'noSuchPlatform':
      return openly(noSuchPlatform(refusal, telling))
    case 'badNotify':
      return openly(
        `I cannot reach "${refusal.asked}", so nothing was leased. Leave out "notify", or name irc:<network>:<account> or slack:<team>:<user>; see ${say('help get')}`,
      )
  }
}

const known = (names: readonly string[], next: string, say: Telling['say']): string =>
  names.length === 0 ? `What there is: ${say('pools')}` : `Known: ${listed(names)}. ${next}`

const noSuchPool = (
  { type, asked, suggestion, pools }: Extract<Refusal, { type: 'noSuchType' | 'noSuchPool' }>,
  { say }: Telling,
): string => {
  const there = pools.length === 0 ? '' : ` Pools: ${listed(pools.map(choice))}.`
  if (type === 'noSuchPool') {
    const meant = suggestion === null ? '' : ` Did you mean ${suggestion}?`
    return `There is no pool "${asked}"; nothing was done.${there}${meant} See ${say('pools')}`
  }
  const next = suggestion === null ? `See ${say('pools')}` : `Did you mean: ${say(`get ${suggestion}`)}`
  return `There is neither a type nor a pool "${asked}"; nothing was leased.${there} ${next}`
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

const neverEnough = (
  { count, most, machineType, platform, elsewhere }: Extract<Refusal, { type: 'neverEnough' }>,
  { say }: Telling,
): string => {
  const what = `${count} ${machineType} can never come together${platform === null ? '' : ` on your platform, ${platform}`}`
  const there = most === 0 ? 'no machine would do' : `${most} would do`
  if (elsewhere >= count)
    return `${what}: ${there}; nothing was leased. On any platform: ${say(`get ${machineType} ${count} any`)}`
  const reachable = Math.max(most, elsewhere)
  const next =
    reachable === 0
      ? `What there is: ${say('pools')}`
      : `Try: ${say(`get ${machineType} ${reachable}${elsewhere > most ? ' any' : ''}`)}`
  return `${what}: ${there}; nothing was leased. ${next}`
}

/** Figures of a quota are its tenant's alone. */
const overQuota = (
  { tenant, count, held, quota }: Extract<Refusal, { type: 'overQuota' }>,
  { say }: Telling,
): Said => ({
  room: [`That is more than ${tenant} may hold at once; nothing was leased. What is held: ${say('list')}`],
  person: [`${tenant} holds ${held} of ${quota} machines and asked for ${count} more. Give some back: ${say('list')}`],
})

const noneFree = (
  { machineType, count, platform, elsewhere }: Extract<Refusal, { type: 'noneFree' }>,
  { say }: Telling,
): string => {
  const none = `${count === 1 ? `No ${machineType} is` : `${count} ${machineType} are not`} free now${platform === null ? '' : ` on your platform, ${platform}`}; nothing was leased.`
  const number = count === 1 ? '' : ` ${count}`
  return elsewhere >= count
    ? `${none} On other platforms ${elsewhere} are: ${say(`get ${machineType}${number} any now`)}`
    : `${none} Wait in line: ${say(`get ${machineType}${number}`)}`
}

type Limit = Extract<Refusal, { type: 'tooMany' }>['limit']

const LIMITS: Readonly<Record<Limit, string>> = {
  machinesPerRequest: 'Too many machines in one request',
  keysPerPerson: 'You have too many keys',
  keysPerRequest: 'Too many keys in one request',
  labelsPerRequest: 'Too many labels in one request',
  metadataEntries: 'Too many metadata entries in one request',
  tenants: 'There are too many tenants',
  reservationsPerTenant: 'Your tenant has too many reservations',
  membersPerTenant: 'That tenant has too many members',
  apiKeysPerTenant: 'That tenant has too many API keys',
}

const LIMIT_HELP: Readonly<Record<Limit, (say: Telling['say']) => string>> = {
  machinesPerRequest: (say) => `Ask for fewer: ${say('get metal 2')}`,
  keysPerPerson: (say) => `Remove one: ${say('keys')}`,
  keysPerRequest: (say) => `Name fewer; see ${say('help get')}`,
  labelsPerRequest: (say) => `Name fewer; see ${say('help get')}`,
  metadataEntries: (say) => `Send fewer; see ${say('help get')}`,
  reservationsPerTenant: (say) => `Cancel one: ${say('reservations')}`,
  tenants: (say) => `Use one that is there: ${say('tenants')}`,
  membersPerTenant: (say) => `Remove one: ${say('members')}`,
  apiKeysPerTenant: (say) => `Revoke one: ${say('api-keys')}`,
}
