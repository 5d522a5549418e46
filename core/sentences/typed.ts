import type { Command, GetCommand, Wanting } from '../command.ts'
import type { Instant } from '../id.ts'
import type { Demand, PlatformRule } from '../request.ts'
import { isoTime, MINUTE } from '../time.ts'
import { commandOf } from '../verbs/get.ts'
import { typedSpan } from './time.ts'

/** The line that asks for the same machines, by another platform rule or its own. */
export const typedGet = (demand: Demand, platform: PlatformRule): string =>
  ['get', ...machineWords({ ...demand, platform })].join(' ')

/** A command as the line that asks for the same, as far as lines can say it. */
export const typedCommand = (command: Wanting): string => {
  switch (command.do) {
    case 'get':
      return ['get', ...machineWords(command), ...termWords(command)].join(' ')
    case 'reserve':
      return [
        'reserve',
        ...machineWords(command.get),
        'from',
        typedInstant(command.from),
        ...termWords(command.get),
      ].join(' ')
    case 'extend':
      return [
        'extend',
        ...whatWords(command),
        ...('until' in command ? ['until', typedInstant(command.until)] : [typedSpan(command.byMs)]),
      ].join(' ')
    case 'hold':
      return ['hold', ...whatWords(command), ...lengthWords(command.forMs)].join(' ')
  }
}

/** The line that asks for machines anew, but for what is to be other, in the form in which they were asked for: `get` unless known. */
export const typedAgain = (asked: Command | undefined, over: Partial<GetCommand>): string => {
  if (asked?.do === 'reserve') return typedCommand({ ...asked, get: { ...asked.get, ...over } })
  return typedCommand({ ...(asked?.do === 'get' ? asked : PLAIN), ...over })
}

/** In whole minutes, not before the instant itself: `2026-11-28T02:00Z`. */
const typedInstant = (at: Instant): string => `${isoTime((Math.ceil(at / MINUTE) * MINUTE) as Instant).slice(0, 16)}Z`

const PLAIN = commandOf({ type: 'metal' }, null)

type Machines = Pick<GetCommand, 'type' | 'pool' | 'count' | 'arch' | 'labels' | 'platform' | 'chassis'>

/** `metal 2 arch aarch64 any` */
export const machineWords = ({
  type,
  pool,
  count,
  arch,
  labels,
  platform,
  chassis = null,
}: Machines): readonly string[] => [
  pool ?? type,
  ...(count === 1 ? [] : [String(count)]),
  ...(arch === null ? [] : ['arch', arch]),
  ...labels.flatMap((label) => ['label', label]),
  ...(platform === 'same' ? [] : [platform]),
  ...(chassis === null ? [] : [chassis === 'any' ? 'chassis any' : chassis]),
]

const termWords = ({ durationMs, priority, queue, collect = [] }: GetCommand): readonly string[] => [
  ...lengthWords(durationMs),
  ...(priority === 0 ? [] : ['priority', String(priority)]),
  ...(queue ? [] : ['now']),
  ...collect.flatMap((path) => ['collect', /\s/.test(path) ? `"${path}"` : path]),
]

const lengthWords = (ms: number | null): readonly string[] => (ms === null ? [] : ['for', typedSpan(ms)])

const whatWords = ({ what }: { readonly what: string | null }): readonly string[] => (what === null ? [] : [what])
