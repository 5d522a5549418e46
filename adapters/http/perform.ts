import { readDuration, readValues, type Ask, type BuildUrl, type Command, type GetCommand, type Verb } from '#core'
import { z } from 'zod'
import { fingerprint } from '../digest.ts'
import { shownCode, typedCode, withLinkCode } from '../link-code.ts'
import { answerTo } from './answer.ts'
import type { Caller } from './api-key.ts'
import { badOwnId } from './call.ts'
import { outcomeAnswer } from './outcome.ts'
import { withNewKeys } from './new-keys.ts'
import { withNewWebhook } from './new-webhook.ts'
import { misread, problem } from './problem.ts'
import { issuesOf } from './query.ts'
import { refuse, refuseCommand } from './refuse.ts'
import type { Answer, Call } from './route.ts'
import { misreadWords } from './words.ts'

/** Commands of this door, told apart from those of others where a caller's id is looked up. */
const DOOR = 'http'

/** By what a repeat of a command finds its answer. */
interface Origin {
  readonly door: string
  /** The caller's own id for it; null: it has none. */
  readonly id: string | null
}

/** Carries a verb out with the fields of a body, and tells what came of it. */
export async function perform(
  call: Call,
  caller: Caller,
  verb: Verb,
  fields: unknown,
  origin: Origin = { door: DOOR, id: call.idempotencyKey },
): Promise<Answer> {
  const query = WAITING.safeParse(call.query)
  if (!query.success) return misread('This address takes "?wait=60s" and nothing else.', issuesOf(query.error))
  const waitMs = waitOf(query.data.wait, call.door.bounds.waitMs)
  if (typeof waitMs === 'string') return misread(waitMs)
  const odd = badOwnId(call)
  if (odd !== null) return misread(odd)
  if (!isRecord(fields)) return misread('Send the body as a JSON object.')
  const ask = readVerb(call, verb, fields)
  if ('status' in ask) return ask
  if (ask.type === 'question') return answerTo(call, caller, ask.question)
  const typed = typeof fields['code'] === 'string' ? typedCode(fields['code']) : null
  return command(call, caller, { command: ask.command, waitMs, origin, typed })
}

/** What the fields of a verb come to, or what to send instead. */
export function readVerb({ door }: Call, verb: Verb, fields: Readonly<Record<string, unknown>>): Ask | Answer {
  const now = door.ports.clock()
  const read = readValues(verb, fields, { fingerprint, address: null, at: now })
  if (read.type !== 'misread') {
    const { build } = getOf(read.ask) ?? {}
    const no = build == null ? null : unknownBuild(door, build.url)
    return no ?? withAgent(door, read.ask)
  }
  const detail = misreadWords(read, now)
  return misread(detail, read.argument === null ? [] : [{ path: read.argument, detail }])
}

/** What is asked for, with the Jenkins named that its agents are to be of. */
const withAgent = ({ ports: { jenkins } }: Call['door'], ask: Ask): Ask | Answer => {
  const asked = askedIn(ask)
  if (asked?.do !== 'get' || asked.agent == null) return ask
  const found = jenkins?.agentsOf(asked.build?.url ?? null, asked.agent.launch) ?? {
    problem: 'This Duffy knows no Jenkins.',
  }
  if ('problem' in found) return problem(422, 'noAgents', 'No agents', `${found.problem} Nothing was done.`)
  const command = { ...asked, agent: { ...asked.agent, jenkins: found.name } }
  return ask.type === 'command'
    ? { type: 'command', command }
    : { type: 'question', question: { ask: 'preview', command } }
}

/** The `get` that is asked for, in whatever form. */
const getOf = (ask: Ask): GetCommand | null => {
  const asked = askedIn(ask)
  if (asked?.do === 'reserve') return asked.get
  return asked?.do === 'get' ? asked : null
}

const askedIn = (ask: Ask): Command | null => {
  if (ask.type === 'command') return ask.command
  return ask.question.ask === 'preview' ? ask.question.command : null
}

/** Machines are bound to builds that can be asked after, or whose Jenkins says when they end: to those of the site's config. */
export const unknownBuild = ({ ports: { jenkins } }: Call['door'], build: BuildUrl): Answer | null => {
  if (jenkins?.knows(build) === true) return null
  const known = jenkins?.urls ?? []
  const there =
    known.length === 0 ? 'This Duffy knows no Jenkins' : `The Jenkinses that this Duffy knows are ${known.join(', ')}`
  return problem(
    422,
    'unknownJenkins',
    'Unknown Jenkins',
    `${build} is a build of none that this Duffy knows; nothing was done. ${there}. An operator can add it: "jenkins" in the config.`,
  )
}

interface Wanted {
  readonly command: Command
  readonly waitMs: number
  readonly origin: Origin
  /** The code to link by that was sent. */
  readonly typed: string | null
}

const command = async (
  call: Call,
  caller: Caller,
  { command: wanted, waitMs, origin, typed }: Wanted,
): Promise<Answer> => {
  const keyed = withNewKeys(wanted, caller) ?? withNewWebhook(wanted, call.door.ports)
  if (keyed !== null && 'status' in keyed) return keyed
  const coded = withLinkCode(wanted)
  const { sendCode = null } = call.door.ports
  if (coded !== null && coded.mail !== null && sendCode === null) return refuse(call.door, { type: 'noMail' })
  const reply = await call.door.ports.lane.ask({
    // A secret is told once: a repeat is a command of its own, and is refused because what it adds is there.
    id: keyed === null && coded === null ? origin.id : null,
    by: caller.identity,
    door: origin.door,
    command: (keyed ?? coded)?.command ?? wanted,
  })
  switch (reply.type) {
    case 'accepted': {
      if (coded !== null && coded.mail !== null) await sendCode?.(coded.mail, coded.code)
      // A build that is interrupted asks again, and what it asked for ends with it.
      const keepsPlace = wanted.do !== 'get' || wanted.keepPlace || wanted.build != null || reply.repeat === true
      const answer = await outcomeAnswer(call, caller, {
        outcome: reply.outcome,
        waitMs,
        keepsPlace,
        ...shownCode(coded, typed),
      })
      return keyed === null ? answer : { ...answer, body: { ...(answer.body as object), ...keyed.shown } }
    }
    case 'refused':
      return refuseCommand(call.door, reply, wanted)
  }
}

export const WAITING = z.strictObject({
  wait: z.string().max(60).optional().describe('how long to hold the answer: 60s'),
})

/** Milliseconds, cut to the longest wait; or what to send instead. */
const waitOf = (text: string | undefined, longestMs: number): number | string => {
  if (text === undefined || text === '0') return 0
  const read = readDuration(text, Number.MAX_SAFE_INTEGER)
  if (read === 'zero') return 0
  return typeof read === 'number' ? Math.min(read, longestMs) : '"wait" is a length of time: "?wait=60s".'
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
