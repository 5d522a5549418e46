import { unspell, type RunView } from '#core'
import { ask, tell } from '../call.ts'
import { plain, table } from '../table.ts'
import { expectOnly } from '../words.ts'
import { EXIT, Stop } from '../world.ts'
import type { Command } from './command.ts'

export const runs: Command = {
  name: 'runs',
  usage: 'duffy runs <lease or machine>',
  summary: 'what was done to the machines of a lease, or to a machine',
  async run(call) {
    expectOnly(call.words.options, [])
    const [, about] = call.words.operands
    if (about === undefined) throw new Stop(EXIT.misread, `it is used like: ${runs.usage}`)
    const query = new URLSearchParams({ [isLease(about) ? 'lease' : 'machine']: about })
    const asked = await ask(call, { path: `/api/v2/runs?${query.toString()}` })
    if (!asked.ok) return asked.exit
    return tell(call, asked.answer, (body) => {
      const found = body['runs'] as readonly RunView[]
      if (found.length === 0) return `no runs of ${about} that you may see`
      const rows = found.map((run) => [run.id, run.step, run.machine, run.lease, run.owedAt, run.outcome, run.message])
      return table(['run', 'step', 'machine', 'lease', 'owed at', 'outcome', 'message'], rows)
    })
  },
}

const isLease = (id: string): boolean => /^l/i.test(id) && unspell(id.toUpperCase()) !== null

export const log: Command = {
  name: 'log',
  usage: 'duffy log <run>',
  summary: 'what the playbook of a run printed',
  async run(call) {
    expectOnly(call.words.options, [])
    const [, id] = call.words.operands
    if (id === undefined) throw new Stop(EXIT.misread, `it is used like: ${log.usage}`)
    const asked = await ask(call, { path: `/api/v2/runs/${encodeURIComponent(id)}/log` })
    if (!asked.ok) return asked.exit
    call.world.out(plain(asked.answer.text).replace(/\n$/, ''))
    return EXIT.done
  },
}
