import type { Outcome } from '../command.ts'
import type { SshKey } from '../ssh-key.ts'
import type { Fingerprint } from '../id.ts'
import { keysOf, selvesOf } from '../policy/selves.ts'
import type { Refusal } from '../refusal.ts'
import type { Draft } from './draft.ts'

/** Registers a public key for the asker: every later lease of theirs lets it in. */
export const decideAddKey = (draft: Draft, key: SshKey): Outcome | Refusal => {
  const { fleet, identity } = draft
  const known = keysOf(fleet, identity)
  if (known.includes(key.fingerprint)) return { type: 'keyKnown', fingerprint: key.fingerprint }
  const { keysPerPerson } = fleet.limits
  if (known.length >= keysPerPerson) return { type: 'tooMany', limit: 'keysPerPerson', most: keysPerPerson }
  const person = draft.speaker()
  if (person !== 'duffy') draft.emit({ type: 'sshKeyAdded', person, fingerprint: draft.keep(key) })
  return { type: 'keyAdded', fingerprint: key.fingerprint }
}

export const decideRemoveKey = (draft: Draft, fingerprint: Fingerprint): Outcome | Refusal => {
  const { fleet, identity } = draft
  const own = fleet.personOf(identity)
  const person = own === undefined ? undefined : selvesOf(fleet, own).find(({ keys }) => keys.includes(fingerprint))
  if (person === undefined) return { type: 'unknownKey', fingerprint }
  draft.emit({ type: 'sshKeyRemoved', person: person.id, fingerprint })
  return { type: 'keyRemoved', fingerprint }
}
