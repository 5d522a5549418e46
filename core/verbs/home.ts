import { MACHINE_TYPES, type MachineType } from '../machine.ts'
import { nameOf } from './bounds.ts'
import type { Verb } from './verb.ts'

export const home: Verb = {
  name: 'home',
  aliases: ['homes'],
  summary: 'the platforms that your tenant always gets, and those near them; with a platform, moves your home there',
  who: 'member',
  type: 'command',
  arguments: [
    {
      name: 'type',
      kind: { type: 'choice', of: MACHINE_TYPES },
      summary: 'metal or vm; that of the platform unless said',
    },
    {
      name: 'platform',
      kind: nameOf(['platform'], 'sandbox-amd'),
      summary: 'the platform to move to; none: nothing moves, and you are told where things are',
    },
    {
      name: 'tenant',
      kind: nameOf(['tenant'], 'kernel'),
      summary: 'whose; yours unless said, and only operators may say',
      after: ['of', 'tenant'],
    },
  ],
  examples: ['home metal sandbox-amd', 'home metal sandbox-amd of kernel'],
  asks: ({ type, platform, tenant }) => {
    const whose = (tenant ?? null) as string | null
    return platform === undefined
      ? { type: 'question', question: { ask: 'home', tenant: whose } }
      : {
          type: 'command',
          command: {
            do: 'moveHome',
            type: (type ?? null) as MachineType | null,
            platform: platform as string,
            tenant: whose,
          },
        }
  },
}
