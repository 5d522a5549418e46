import { irc } from '../../../adapters/irc/irc.ts'
import type { IrcNetworkOptions } from '../../../adapters/irc/options.ts'
import type { Heard, IrcDoor, IrcPhase, Reply } from '../../../adapters/irc/ports.ts'
import { accounts } from '../../kit/irc/inspircd.ts'
import { until } from '../../kit/irc/until.ts'

/** Figures for tests: nothing waits longer than a test should, and the pace is what a lenient server allows. */
export const quick = {
  patience: {
    backoffMs: 100,
    longestBackoffMs: 400,
    registrationMs: 6_000,
    saslMs: 2_000,
    retryMs: 700,
    rejoinMs: 200,
  },
  pace: { burst: 10, everyMs: 100, bytes: 12_000 },
} as const

export interface TestDoor extends AsyncDisposable {
  readonly heard: readonly Heard[]
  readonly log: readonly string[]
  readonly door: IrcDoor
  waitFor(phase: IrcPhase, ms?: number): Promise<unknown>
}

/** A door to a network with a Duffy behind it that answers `answer`, by default `heard: <text>` to the room. */
export async function openDoor(
  network: { port: number; tlsPort?: number; caFile?: string },
  given: Partial<IrcNetworkOptions> & {
    answer?: (line: Heard) => Promise<readonly Reply[]> | readonly Reply[]
    /** False where there are no services. */
    login?: boolean
  } = {},
): Promise<TestDoor> {
  const {
    answer = (line: Heard): Reply[] => [{ to: 'room', text: `heard: ${line.text}` }],
    login = true,
    ...options
  } = given
  const heard: Heard[] = []
  const log: string[] = []
  const { port } = network
  const credentials = login ? { account: 'duffybot', password: () => accounts.duffybot } : {}
  const door = await irc({
    ...{ network: 'test', host: '127.0.0.1', port, tls: false, nick: 'duffy', channels: ['#duffy'] },
    ...credentials,
    ...quick,
    ...options,
  }).start({
    hear: async (line) => {
      heard.push(line)
      return await answer(line)
    },
    log: (level, message, data) => void log.push(`${level} ${message} ${JSON.stringify(data ?? {})}`),
  })
  return {
    heard,
    log,
    door,
    waitFor: (phase, ms = 30_000) =>
      until(() => door.state().phase === phase, {
        ms,
        what: () => `phase ${phase}; state ${JSON.stringify(door.state())}; log\n${log.join('\n')}`,
      }),
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  }
}
