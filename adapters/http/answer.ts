import { answer, type LeaseId, type Question, type RequestId } from '#core'
import type { Caller } from './api-key.ts'
import type { Ports } from './ports.ts'
import { refuse } from './refuse.ts'
import { ok, type Answer, type Call } from './route.ts'
import { answerWords } from './words.ts'

/** Answers a question in data, and in words as `detail`. */
export async function answerTo({ door }: Call, caller: Caller, question: Question): Promise<Answer> {
  const past = question.ask === 'why' ? await pastOf(door.ports, question.about) : NOTHING
  const [found, detail] = await door.ports.lane.read((fleet, at) => {
    const data = answer(fleet, { by: caller.identity, at }, question, past)
    return [data, data.type === 'refused' ? '' : answerWords(data, at)] as const
  })
  return found.type === 'refused' ? refuse(door, found.refusal) : ok({ detail, ...found })
}

const NOTHING = { leases: [], requests: [] }

/** What a question may be about that is no longer in the fleet. */
const pastOf = async ({ store }: Ports, about: string) => {
  const id = about.toUpperCase()
  const lease = id.startsWith('L') ? await store.lease(id as LeaseId) : undefined
  const request = id.startsWith('R') ? await store.request(id as RequestId) : undefined
  return { leases: lease === undefined ? [] : [lease], requests: request === undefined ? [] : [request] }
}
