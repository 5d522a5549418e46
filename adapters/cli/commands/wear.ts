import { type MachineWear, type WearView, DAY } from '#core'
import { ask, tell } from '../call.ts'
import { table } from '../table.ts'
import { expectAlone, expectOnly } from '../words.ts'
import type { Command } from './command.ts'

export const wear: Command = {
  name: 'wear',
  usage: 'duffy wear',
  summary: 'how evenly machines are worked: the spread of each platform, and what each machine has been through',
  async run(call) {
    expectOnly(call.words.options, [])
    expectAlone(call.words, wear.usage)
    const asked = await ask(call, { path: '/api/v2/wear?limit=1000' })
    if (!asked.ok) return asked.exit
    return tell(call, asked.answer, (body) => {
      const platforms = body['platforms'] as readonly WearView[]
      const machines = body['machines'] as readonly MachineWear[]
      const next = body['next'] as number | null
      return [
        table(
          [
            'platform',
            'machines',
            'least uses',
            'most uses',
            'spread',
            'spread of attempts',
            'hours leased',
            'burn-ins',
            'failed of 100',
          ],
          platforms.map((of) => [
            of.platform,
            of.machines,
            of.least,
            of.most,
            of.spread,
            of.attempts.spread,
            of.leasedHours,
            of.burnins,
            of.failedOf100,
          ]),
        ),
        '',
        table(
          [
            'machine',
            'platform',
            'state',
            'uses',
            'attempts',
            'burn-ins',
            'hours leased',
            'failed lately',
            'quarantines',
            'last use',
            'days idle',
            'limit',
          ],
          machines.map((of) => [
            of.name,
            of.platform,
            of.state,
            of.uses,
            of.attempts,
            of.burnins,
            of.leasedHours,
            of.health.failed === 0 ? 0 : `${of.health.failed} of ${of.health.outcomes}`,
            of.health.quarantines,
            of.lastUsedAt,
            of.idleMs === null ? null : (of.idleMs / DAY).toFixed(1),
            of.idleLimit,
          ]),
        ),
        ...(next === null ? [] : [`more: GET /api/v2/wear?after=${next}`]),
      ].join('\n')
    })
  },
}
