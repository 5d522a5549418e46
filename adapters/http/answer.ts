import { answer, looksOf, type Question } from '#core'
import { pastOf } from '../past.ts'
import type { Caller } from './api-key.ts'
import { candidatesAnswer } from './candidates.ts'
import { withInstants } from './instants.ts'
import { lookedAt } from './looks.ts'
import { cursorOf, type Cursor } from './page.ts'
import { refuse, refuseCommand } from './refuse.ts'
import { ok, type Answer, type Call } from './route.ts'
import { answerWords } from './words.ts'

/** Answers a question in data, and in words as `detail`. */
export async function answerTo(
  call: Call,
  caller: Caller,
  question: Question,
  cursor: Cursor = cursorOf({}, call.door.bounds),
): Promise<Answer> {
  const { door } = call
  const past = await pastOf(door.ports, question)
  const [found, detail] = await door.ports.lane.read((fleet, at) => {
    const data = answer(fleet, { by: caller.identity, at }, question, past, door.ports.estimates(fleet, at))
    lookedAt(call, looksOf(fleet, caller.identity, data))
    return [data, data.type === 'refused' ? '' : answerWords(data, at)] as const
  })
  if (found.type === 'refused')
    return question.ask === 'preview' ? refuseCommand(door, found, question.command) : refuse(door, found.refusal)
  if (question.ask !== 'why' || question.all !== true) return ok({ detail, ...told(found) })
  const listed = await candidatesAnswer(call, found, cursor)
  if (!('total' in listed)) return listed
  const { lines, ...data } = listed
  return ok({ detail: [detail, ...lines].join('\n'), ...told(found), ...(withInstants(data) as object) })
}

const told = (found: object): object => withInstants(found) as object
