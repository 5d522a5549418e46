import { artifacts } from './artifacts.ts'
import type { Command } from './command.ts'
import { completion } from './completion.ts'
import { estimates } from './estimates.ts'
import { importing } from './import.ts'
import { inventory } from './inventory.ts'
import { log, runs } from './runs.ts'
import { simulate } from './simulate.ts'
import { audit, config, verify } from './site.ts'
import { sshConfig } from './ssh-config.ts'
import { ssh } from './ssh.ts'
import { wear } from './wear.ts'

/** What the command line does beside the verbs. */
export const COMMANDS: readonly Command[] = [
  ssh,
  sshConfig,
  inventory,
  wear,
  estimates,
  artifacts,
  runs,
  log,
  verify,
  config,
  importing,
  audit,
  simulate,
  completion(() => COMMANDS),
]

/** The command that a call's words name first, if it is one. */
export function commandNamed(words: readonly string[]): Command | undefined {
  const first = words.find((word) => !word.startsWith('-'))
  return COMMANDS.find(({ name }) => name === first)
}
