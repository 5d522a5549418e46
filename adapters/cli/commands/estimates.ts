import { MINUTE, type CalibrationView } from '#core'
import { ask, tell } from '../call.ts'
import { table } from '../table.ts'
import { expectOnly } from '../words.ts'
import type { Command } from './command.ts'

export const estimates: Command = {
  name: 'estimates',
  usage: 'duffy estimates',
  summary: 'how right the estimates of waits have been: how many came in time, and how far off they were',
  async run(call) {
    expectOnly(call.words.options, [])
    const asked = await ask(call, { path: '/api/v2/estimates' })
    if (!asked.ok) return asked.exit
    return tell(call, asked.answer, (body) => {
      const known = body['estimates'] as readonly CalibrationView[]
      if (known.length === 0) return 'no estimate of a wait has met its hour yet'
      const percent = (share: number | null): string | null => (share === null ? null : (100 * share).toFixed(1))
      return table(
        [
          'waits for',
          'scored',
          '% inside the likely half',
          '% inside the nine tenths',
          'half were off by less than, minutes',
        ],
        known.map((of) => [
          of.of,
          of.scored,
          percent(of.inside50),
          percent(of.inside90),
          of.medianErrorMs === null ? null : (of.medianErrorMs / MINUTE).toFixed(1),
        ]),
      )
    })
  },
}
