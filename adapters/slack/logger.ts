import { LogLevel, type Logger } from '@slack/bolt'
import type { Log } from '../log.ts'

const LONGEST = 300

/** What Slack's own packages have to say: warnings and faults, as texts alone, since what they hold may hold a token. */
export const loggerFor = (log: Log): Logger => {
  const told =
    (level: 'warn' | 'error') =>
    (...said: unknown[]) =>
      log(
        level,
        `slack: ${said
          .map((one) => (one instanceof Error ? one.message : String(one)))
          .join(' ')
          .slice(0, LONGEST)}`,
      )
  return {
    debug: () => {},
    info: () => {},
    warn: told('warn'),
    error: told('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  }
}
