import type { Command, Outcome } from '../command.ts'
import type { Message } from '../effect.ts'
import type { Fleet } from '../fleet.ts'
import type { Fingerprint, Identity, Instant } from '../id.ts'
import { named, speaker, type Speaker } from '../policy/membership.ts'
import { areOne, identitiesOf, identityOf, MAIL, selvesOf } from '../policy/selves.ts'
import type { Refusal } from '../refusal.ts'
import type { Person } from '../tenant.ts'
import type { Draft } from './draft.ts'
import { dropForbidden } from './tenants.ts'

type Of<Do extends Command['do']> = Extract<Command, { do: Do }>

/** Gives the asker a code, to be said where they are known already. Who speaks for nobody may ask too: it is meant for them. */
export const decideOfferLink = (draft: Draft, { digest, address }: Of<'offerLink'>): Outcome | Refusal => {
  const { identity } = draft
  const full = tooManyOpen(draft)
  if (full !== null) return full
  const until = codeUntil(draft)
  draft.emit({ type: 'linkOffered', person: draft.person(identity), digest, until, sentFor: null })
  if (address !== null) draft.reach({ ...address, room: null })
  return { type: 'linkOffered', identity, until }
}

/** Sends a code to an address of mail; whoever asks says it themselves, to show that they read what comes there. */
export const decideOfferMail = (draft: Draft, { digest, mail }: Of<'offerMail'>): Outcome | Refusal => {
  const { fleet, at } = draft
  const theirs = `${MAIL}${mail}` as Identity
  const full = tooManyOpen(draft)
  if (full !== null) return full
  if ((fleet.personOf(theirs)?.linked ?? null) !== null) return { type: 'linkedAlready', identity: theirs }
  const { mailsPerPerson } = fleet.limits
  const sentFor = fleet.personOf(draft.identity)
  const sent = [...fleet.coded.of('all')].filter(({ code }) => code!.until > at && code!.sentFor === sentFor?.id)
  if (sentFor !== undefined && sent.length >= mailsPerPerson)
    return { type: 'tooMany', limit: 'mailsPerPerson', most: mailsPerPerson }
  const until = codeUntil(draft)
  const me = draft.person(draft.identity)
  draft.emit({ type: 'linkOffered', person: draft.person(theirs), digest, until, sentFor: me })
  return { type: 'linkOffered', identity: theirs, until }
}

const codeUntil = ({ fleet, at }: Draft): Instant => (at + fleet.limits.linkCodeMs) as Instant

const tooManyOpen = ({ fleet, at }: Draft): Refusal | null => {
  const { openLinks } = fleet.limits
  const open = [...fleet.coded.of('all')].filter(({ code }) => code!.until > at)
  return open.length >= openLinks ? { type: 'tooMany', limit: 'openLinks', most: openLinks } : null
}

/**
 * Whoever was given the code is the asker. One who speaks for a tenant already has something to lose to the thief of a code, and
 * is asked for a yes of their own; anybody else only gains, and is told.
 */
export const decideLink = (draft: Draft, { digest, sure, address }: Of<'link'>, by: Speaker): Outcome | Refusal => {
  const { fleet, identity, at } = draft
  const me = fleet.personOf(identity)
  const { linkTries, linkCodeMs } = fleet.limits
  const misses = missesOf(fleet, me, at)
  if (misses.count >= linkTries) return { type: 'tooManyCodes', until: misses.until }
  const other = withCode(fleet, digest, at)
  const claimant = other?.code!.claimedBy ?? null
  // A yes is a yes to whom it was asked about, and not to somebody who claims the same meanwhile.
  const isTaken = claimant !== null && (me === undefined || !areOne(fleet, claimant, me.id))
  if (other === undefined || isTaken) {
    draft.emit({ type: 'linkMissed', person: draft.person(identity), until: (at + linkCodeMs) as Instant })
    return { type: 'counted', refusal: { type: 'noSuchCode', left: linkTries - misses.count - 1 } }
  }
  const theirs = identityOf(fleet, other)
  if (theirs === undefined || other.id === me?.id) return { type: 'ownCode' }
  // What came by mail is for whoever had it sent: somebody else who reads it gains nothing by that.
  if (other.code!.sentFor !== null && (me === undefined || !areOne(fleet, other.code!.sentFor, me.id)))
    return { type: 'notLinked', identity: theirs, others: [] }
  const no = mayNotLink(draft, { other, theirs, me }, by)
  if (no !== null) return no
  if (!sure) return { type: 'linkFound', identity: theirs, tenant: by.tenant }
  const person = draft.person(identity)
  if (address !== null) draft.reach({ ...address, room: null })
  if (claimant !== null) return { type: 'linkClaimed', identity: theirs, tenant: by.tenant }
  if (named(fleet, theirs) === null) return join(draft, other, fleet.people.need(person))
  draft.emit({ type: 'linkClaimed', person: other.id, by: person })
  draft.tellPerson(other, { type: 'linkClaimed', identity })
  return { type: 'linkClaimed', identity: theirs, tenant: by.tenant }
}

/** Of all who are one together: many accounts are no more tries. */
const missesOf = (fleet: Fleet, me: Person | undefined, at: Instant): NonNullable<Person['misses']> => {
  const selves = me === undefined ? [] : selvesOf(fleet, me)
  const open = selves.flatMap(({ misses }) => (misses !== null && misses.until > at ? [misses] : []))
  return {
    count: open.reduce((sum, { count }) => sum + count, 0),
    until: Math.max(at, ...open.map(({ until }) => until)) as Instant,
  }
}

/** The yes of one who had something to lose. */
export const decideAgreeLink = (draft: Draft): Outcome | Refusal => {
  const { fleet, identity, at } = draft
  const me = fleet.personOf(identity)
  const code = me?.code ?? null
  const other = code?.claimedBy == null ? undefined : fleet.people.get(code.claimedBy)
  const theirs = other === undefined ? undefined : identityOf(fleet, other)
  const by = theirs === undefined ? null : speaker(fleet, theirs)
  if (me === undefined || code === null || code.until <= at || other === undefined || by === null)
    return { type: 'noClaim' }
  return mayNotLink(draft, { other: me, theirs: identity, me: other }, by) ?? join(draft, me, other)
}

/** Every code that is good is compared, and each to its end, so that how long it takes says nothing. */
const withCode = (fleet: Fleet, digest: Fingerprint, at: Instant): Person | undefined => {
  let found: Person | undefined
  for (const person of fleet.coded.of('all'))
    if (isSame(person.code!.digest, digest) && person.code!.until > at) found = person
  return found
}

const isSame = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}

interface Pair {
  readonly other: Person
  readonly theirs: Identity
  readonly me: Person | undefined
}

/** Nobody is two people, and nobody speaks for two tenants. */
const mayNotLink = ({ fleet }: Draft, { other, theirs, me }: Pair, by: Speaker): Refusal | null => {
  if (other.linked !== null) return { type: 'linkedAlready', identity: theirs }
  const { identitiesPerPerson } = fleet.limits
  if (me !== undefined && selvesOf(fleet, me).length >= identitiesPerPerson)
    return { type: 'tooMany', limit: 'identitiesPerPerson', most: identitiesPerPerson }
  const own = named(fleet, theirs)
  return own !== null && own.tenant !== by.tenant
    ? { type: 'linkElsewhere', identity: theirs, tenant: own.tenant }
    : null
}

const join = (draft: Draft, other: Person, me: Person): Outcome => {
  const { fleet } = draft
  const theirs = identityOf(fleet, other)!
  const before = speaker(fleet, theirs)
  draft.emit({
    type: 'personsLinked',
    persons: me.linked === null ? [me.id, other.id] : [other.id],
    number: me.linked ?? fleet.next('link'),
  })
  const others = identitiesOf(fleet, theirs).slice(1)
  tellEach(draft, [theirs, ...others], { type: 'linked', identity: theirs, others })
  // Whom a network's wildcard let speak for one tenant may speak for another now.
  if (before !== null) dropForbidden(draft, before.tenant)
  return { type: 'linked', identity: theirs, others }
}

/** Takes one identity of the asker's from the others; both sides keep what each asked for. */
export const decideUnlink = (draft: Draft, { identity: asked, sure }: Of<'unlink'>): Outcome | Refusal => {
  const { fleet, identity } = draft
  const theirs = (asked ?? identity) as Identity
  const [, ...rest] = identitiesOf(fleet, identity)
  const person = fleet.personOf(theirs)
  if (rest.length === 0 || person === undefined || ![identity, ...rest].includes(theirs))
    return { type: 'notLinked', identity: theirs, others: rest }
  const others = identitiesOf(fleet, theirs).slice(1)
  const tenants = others.map((one) => speaker(fleet, one)?.tenant)
  const left = draft.mark()
  draft.emit({ type: 'personUnlinked', person: person.id })
  const silenced = others.filter((one, at) => tenants[at] !== undefined && speaker(fleet, one)?.tenant !== tenants[at])
  const tenant = tenants.find((one) => one !== undefined)
  if (silenced.length > 0 && tenant !== undefined && !sure) {
    draft.undoTo(left)
    return { type: 'speaksThrough', identity: theirs, tenant, others: silenced }
  }
  tellEach(draft, [theirs, ...others], { type: 'unlinked', identity: theirs, others })
  if (tenant !== undefined) dropForbidden(draft, tenant)
  return { type: 'unlinked', identity: theirs, others }
}

/** All but whoever speaks, who has an answer. */
const tellEach = (draft: Draft, identities: readonly Identity[], message: Message): void => {
  for (const one of identities) {
    const person = one === draft.identity ? undefined : draft.fleet.personOf(one)
    if (person !== undefined) draft.tellPerson(person, message)
  }
}
