import { answer, looksOf, type Question } from '#core'
import { pastOf } from '../past.ts'
import type { Caller } from './api-key.ts'
import { lookedAt } from './looks.ts'
import { refuse } from './refuse.ts'
import { ok, type Answer, type Call } from './route.ts'
import { answerWords } from './words.ts'

/** Answers a question in data, and in words as `detail`. */
export async function answerTo(call: Call, caller: Caller, question: Question): Promise<Answer> {
  const { door } = call
  const past = await pastOf(door.ports.store, question)
  const [found, detail] = await door.ports.lane.read((fleet, at) => {
    const data = answer(fleet, { by: caller.identity, at }, question, past, door.ports.estimates(fleet, at))
    lookedAt(call, looksOf(fleet, caller.identity, data))
    return [data, data.type === 'refused' ? '' : answerWords(data, at)] as const
  })
  return found.type === 'refused' ? refuse(door, found.refusal) : ok({ detail, ...found })
}
