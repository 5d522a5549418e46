import type { Verification } from '#core'
import { ask, tell } from '../call.ts'
import { plain } from '../table.ts'
import { expectAlone, expectOnly, optionOf } from '../words.ts'
import { EXIT, Stop } from '../world.ts'
import type { Command } from './command.ts'

export const verify: Command = {
  name: 'verify',
  usage: 'duffy verify',
  summary: 'check that the record is unbroken and that the tables are what it gives',
  async run(call) {
    expectOnly(call.words.options, [])
    expectAlone(call.words, verify.usage)
    const asked = await ask(call, { path: '/api/v2/verify', operator: true })
    if (!asked.ok) return asked.exit
    const { ok, records, head, faults } = asked.answer.body as unknown as Verification
    if (call.words.json) call.world.out(asked.answer.text)
    else if (ok) call.world.out(`${records} records, unbroken; the head is ${head}`)
    else for (const fault of faults) call.world.err(`duffy: ${fault}`)
    return ok ? EXIT.done : EXIT.refused
  },
}

export const config: Command = {
  name: 'config',
  usage: 'duffy config apply [--dry-run]',
  summary: 'read the site config again and apply it, or say what that would change',
  async run(call) {
    const { operands, options } = call.words
    if (operands[1] !== 'apply' || operands.length > 2) throw new Stop(EXIT.misread, `it is used like: ${config.usage}`)
    expectOnly(options, ['dry-run'])
    const dryRun = options.some(({ name }) => name === 'dry-run')
    const asked = await ask(call, { method: 'POST', path: '/api/v2/config', body: { dryRun }, operator: true })
    if (!asked.ok) return asked.exit
    return tell(call, asked.answer, (body) => {
      const changes = body['changes'] as readonly string[]
      if (changes.length === 0) return dryRun ? 'nothing would change' : 'nothing changed'
      return [dryRun ? 'would change:' : 'changed:', ...changes.map((change) => `  ${change}`)].join('\n')
    })
  },
}

interface AuditRow {
  readonly seq: number
  readonly hash: string
  readonly body: {
    readonly at: number
    readonly by: string
    readonly do: string
    readonly events: readonly { type: string }[]
  }
}

/** Events of one record that are named on its line. */
const SHOWN_EVENTS = 6

export const audit: Command = {
  name: 'audit',
  usage: 'duffy audit [--after N] [--limit N]',
  summary: 'the record, a line for each entry: number, start of its hash, time, who, what; --json has all of it',
  async run(call) {
    expectOnly(call.words.options, ['after', 'limit'])
    expectAlone(call.words, audit.usage)
    const query = new URLSearchParams()
    for (const name of ['after', 'limit']) {
      const value = optionOf(call.words.options, name)
      if (value !== undefined) query.set(name, value)
    }
    const asked = await ask(call, { path: `/api/v2/audit?${query.toString()}`, operator: true })
    if (!asked.ok) return asked.exit
    return tell(call, asked.answer, (body) => {
      const { records, next } = body as unknown as { records: readonly AuditRow[]; next: number | null }
      const more = next === null ? [] : [`more: duffy audit --after ${next}`]
      return [...records.map(auditLine), ...more].join('\n')
    })
  },
}

const auditLine = ({ seq, hash, body }: AuditRow): string => {
  const shown = body.events.slice(0, SHOWN_EVENTS).map(({ type }) => type)
  const more = body.events.length > SHOWN_EVENTS ? `, and ${body.events.length - SHOWN_EVENTS} more` : ''
  const at = new Date(body.at).toISOString()
  return plain(`${seq}  ${hash.slice(0, 12)}  ${at}  ${body.by}  ${body.do}: ${shown.join(', ')}${more}`)
}
