import type { Fleet } from '../fleet.ts'
import { DUFFY, type Fingerprint, type Identity, type Instant, type PersonId } from '../id.ts'
import type { Address } from '../request.ts'
import type { Person } from '../tenant.ts'

/** All who are one with a person, who is among them; in the order in which Duffy met them. */
export const selvesOf = (fleet: Fleet, person: Person): readonly Person[] =>
  person.linked === null ? [person] : [...fleet.selves.of(String(person.linked))]

/** Whether what one of them asked for is the other's as well. */
export const areOne = (fleet: Fleet, a: PersonId, b: PersonId): boolean => {
  if (a === b) return true
  const linked = fleet.people.get(a)?.linked ?? null
  return linked !== null && fleet.people.get(b)?.linked === linked
}

/** What a person is called at their door; undefined once that is erased. */
export const identityOf = (fleet: Fleet, { id }: Person): Identity | undefined =>
  fleet.personal.get(id)?.text as Identity | undefined

/** Every identity of whoever speaks, theirs of this moment first. */
export const identitiesOf = (fleet: Fleet, identity: Identity): readonly Identity[] => {
  const person = fleet.personOf(identity)
  const all = person === undefined ? [] : selvesOf(fleet, person).flatMap((one) => identityOf(fleet, one) ?? [])
  return [identity, ...all.filter((one) => one !== identity)]
}

/** The SSH keys that somebody added, at whichever door. */
export const keysOf = (fleet: Fleet, identity: Identity): readonly Fingerprint[] => {
  const person = fleet.personOf(identity)
  if (person === undefined) return []
  return person.linked === null ? person.keys : [...new Set(selvesOf(fleet, person).flatMap(({ keys }) => keys))]
}

/** Where somebody is told things in private: as they were last met there, or by the name of their account. Null: an API key, which hears nothing. */
export const privateAddress = (fleet: Fleet, person: Person): Address | null => {
  const identity = identityOf(fleet, person)
  const door = identity === undefined ? null : doorOf(identity)
  if (identity === undefined || door === null) return null
  const known = fleet.personal.get(`A/${person.id}/${door}/`)
  if (known !== undefined) return JSON.parse(known.text) as Address
  return { door, identity, nick: identity.slice(identity.lastIndexOf(':') + 1), room: null }
}

/** `irc:libera` of `irc:libera:alice`; all of Slack is one door. */
const doorOf = (identity: Identity): string | null => {
  if (identity.startsWith('slack:')) return 'slack'
  if (identity.startsWith(MAIL)) return 'mail'
  return identity.startsWith('irc:') ? identity.slice(0, identity.lastIndexOf(':')) : null
}

/** An address of mail hears, and says nothing. */
export const MAIL = 'mail:'

/**
 * Where whoever an address belongs to can be told something: there first, then in private at every other door where people talk, in
 * the order in which Duffy met them, and by mail last.
 */
export const routesOf = (fleet: Fleet, to: Address): readonly Address[] => {
  const person = fleet.personOf(to.identity)
  if (person === undefined) return [to]
  const others = selvesOf(fleet, person)
    .flatMap((one) => privateAddress(fleet, one) ?? [])
    .filter(({ identity }) => identity !== to.identity)
  const [chats, mails] = [others.filter(({ door }) => door !== 'mail'), others.filter(({ door }) => door === 'mail')]
  return [to, ...chats, ...mails]
}

/** Until when somebody wants to hear only what they cannot do without; null: they hear everything. */
export const mutedUntil = (fleet: Fleet, identity: Identity, at: Instant): Instant | null => {
  const person = fleet.personOf(identity)
  const until = person === undefined ? 0 : Math.max(...selvesOf(fleet, person).map(({ muted }) => muted ?? 0))
  return until > at ? (until as Instant) : null
}

export const isMuted = (fleet: Fleet, identity: Identity, at: Instant): boolean =>
  mutedUntil(fleet, identity, at) !== null

/** Whose turn it is to be told, one thing after the other: a person, or a room of operators. */
export const recipientOf = ({ identity, door, room }: Address): string =>
  identity === DUFFY ? `${door}/${room ?? ''}` : identity

/** Where somebody who asked in no chat is told things: the first of their others that hears; null if none does. */
export const firstRoute = (fleet: Fleet, identity: Identity): Address | null =>
  routesOf(fleet, { door: '', identity, nick: '', room: null })[1] ?? null
