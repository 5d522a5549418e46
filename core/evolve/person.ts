import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant, PersonId } from '../id.ts'
import type { Person } from '../tenant.ts'

type PersonEvent = Extract<
  Event,
  {
    type:
      | 'personJoined'
      | 'linkOffered'
      | 'linkMissed'
      | 'linkClaimed'
      | 'personsLinked'
      | 'personUnlinked'
      | 'personMuted'
      | 'sshKeyAdded'
      | 'sshKeyRemoved'
  }
>

export const evolvePerson = (fleet: Fleet, event: PersonEvent, at: Instant): void => {
  switch (event.type) {
    case 'personJoined': {
      const { person: id, number } = event
      fleet.counters.put('person', number)
      return fleet.people.put(id, { id, number, keys: [], linked: null, code: null, misses: null, muted: null })
    }
    case 'linkOffered': {
      forgetCodes(fleet, at)
      const { digest, until, sentFor } = event
      return patch(fleet, event.person, () => ({ code: { digest, until, claimedBy: null, sentFor } }))
    }
    case 'linkMissed':
      return patch(fleet, event.person, ({ misses }) => ({
        misses:
          misses === null || misses.until <= at
            ? { count: 1, until: event.until }
            : { ...misses, count: misses.count + 1 },
      }))
    case 'linkClaimed':
      return patch(fleet, event.person, ({ code }) => ({
        code: code === null ? null : { ...code, claimedBy: event.by },
      }))
    case 'personsLinked':
      if (event.number > (fleet.counters.get('link') ?? 0)) fleet.counters.put('link', event.number)
      for (const person of event.persons) patch(fleet, person, () => ({ linked: event.number, code: null }))
      return
    case 'personUnlinked': {
      const { linked } = fleet.people.need(event.person)
      patch(fleet, event.person, () => ({ linked: null }))
      const left = [...fleet.selves.of(String(linked))]
      // Whoever is left alone is one with nobody.
      if (left.length === 1) patch(fleet, left[0]!.id, () => ({ linked: null }))
      return
    }
    case 'personMuted':
      return patch(fleet, event.person, () => ({ muted: event.until }))
    case 'sshKeyAdded':
      return patch(fleet, event.person, ({ keys }) => ({ keys: [...keys, event.fingerprint] }))
    case 'sshKeyRemoved':
      return patch(fleet, event.person, ({ keys }) => ({ keys: keys.filter((key) => key !== event.fingerprint) }))
  }
}

/** Codes that are good no more make room for new ones. */
const forgetCodes = (fleet: Fleet, at: Instant): void => {
  for (;;) {
    const oldest = fleet.coded.first('all')
    if (oldest === undefined || oldest.code!.until > at) return
    patch(fleet, oldest.id, () => ({ code: null }))
  }
}

const patch = (fleet: Fleet, id: PersonId, change: (person: Person) => Partial<Person>): void => {
  const person = fleet.people.need(id)
  fleet.people.put(id, { ...person, ...change(person) })
}
