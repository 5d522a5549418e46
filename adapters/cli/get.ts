import { readDuration, span, type LeaseView, type RequestView, type Verb } from '#core'
import { randomUUID } from 'node:crypto'
import type { Answer } from './api.ts'
import { ask, tell, type Call } from './call.ts'
import { fieldsOf } from './operands.ts'
import { ownKey } from './own-key.ts'
import { sshCommand } from './ssh-command.ts'
import { formatOf, hostOf } from './ssh-config.ts'
import { optionOf, type Option } from './words.ts'
import { EXIT, Stop, type Exit } from './world.ts'

/** How long to wait for a machine unless told. */
const STANDARD_WAIT_MS = 60_000
/** How long the server holds one answer, so that progress can be told in between. */
const TURN_MS = 5000

interface Got {
  readonly detail?: string
  readonly lease?: LeaseView
  readonly request?: RequestView
}

/** `duffy get …`: asks once, under an id of its own, and repeats that while it waits: a repeat takes nothing more. */
export async function runGet(call: Call, verb: Verb, operands: readonly string[]): Promise<Exit> {
  const { world, words } = call
  const fields = fieldsOf(
    verb,
    operands,
    words.options.filter(({ name }) => name !== 'wait' && name !== 'format'),
  )
  const waitMs = waitOf(words.options)
  const end = performance.now() + waitMs
  const format = formatOf(words.options)
  offerOwnKey(call, fields)
  const idempotencyKey = randomUUID()
  let told = ''
  for (let turnMs = Math.min(end - performance.now(), FIRST_TURN_MS); ; turnMs = TURN_MS) {
    const heldMs = Math.max(0, Math.min(turnMs, end - performance.now()))
    const path = `/api/v2/requests?wait=${(heldMs / 1000).toFixed(3)}s`
    const asked = await ask(call, { method: 'POST', path, body: fields, idempotencyKey })
    if (!asked.ok) return asked.exit
    const got = (asked.answer.body ?? {}) as Got
    const standing = standingOf(got)
    const isOver = asked.answer.status !== 202
    if (isOver || performance.now() >= end) {
      const ended = !isOver && standing === told ? { ...got, detail: stillSaid(got, waitMs) } : got
      return format === null ? finish(call, asked.answer, ended) : asHosts(call, ended)
    }
    if (standing !== told) world.err(progressOf(got))
    told = standing
  }
}

/** Enough for a warm machine, so that the usual call says nothing on the way. */
const FIRST_TURN_MS = 1000

const waitOf = (options: readonly Option[]): number => {
  if (options.some(({ name, value }) => name === 'wait' && value === true)) return Infinity
  const text = optionOf(options, 'wait')
  if (text === undefined) return STANDARD_WAIT_MS
  const read = readDuration(text, Number.MAX_SAFE_INTEGER)
  if (read === 'zero' || text === '0') return 0
  if (typeof read === 'number') return read
  throw new Stop(EXIT.misread, '--wait takes a length of time, --wait 60s, or nothing after it: as long as it takes')
}

/** A machine is of no use to somebody who cannot log in. */
export const offerOwnKey = ({ world }: Call, fields: Record<string, unknown>): void => {
  if (fields['key'] !== undefined || fields['keys'] !== undefined) return
  const own = ownKey(world.env['HOME'])
  if (own === null) return
  fields['keys'] = [own.line]
  if (fields['dry-run'] === undefined) world.err(`letting in ${own.file}`)
}

/** What is worth another line when it changes: the place, or the machines. When it is likely one's turn changes all the time. */
const standingOf = ({ lease, request }: Got): string =>
  lease === undefined
    ? `${request?.id} ${request?.position}`
    : [lease.id, ...lease.machines.map(({ name, open }) => `${name} ${open}`)].join(' ')

const progressOf = ({ lease, request, detail }: Got): string => {
  if (detail !== undefined) return detail
  if (lease !== undefined) return `${lease.id} is being prepared`
  return `${request?.id} waits, ${request?.position} in line`
}

/** At the end of a wait in which it was told already how things stand. */
const stillSaid = ({ lease, request }: Got, waitMs: number): string => {
  const after = `after ${span(waitMs)}`
  if (lease !== undefined) return `${lease.id} is still being prepared ${after}. How it goes: duffy why ${lease.id}`
  return `${request?.id} still waits ${after}. How it stands: duffy why ${request?.id}. Cancel: duffy cancel ${request?.id}`
}

const finish = (call: Call, answer: Answer, { detail, lease }: Got): Exit =>
  tell(call, answer, () => {
    const reachable = lease?.machines.filter(({ open, address }) => open && address !== null) ?? []
    return [detail ?? '', ...reachable.map((machine) => sshCommand(machine, call.world.env['HOME']))].join('\n')
  })

/** What there is to log in to as hosts, and the sentence beside it. */
const asHosts = ({ world }: Call, { detail, lease }: Got): Exit => {
  if (detail !== undefined) world.err(detail)
  const open = lease?.machines.filter((machine) => machine.open) ?? []
  if (open.length > 0) world.out(open.map((machine) => hostOf(machine, null)).join('\n\n'))
  return EXIT.done
}
