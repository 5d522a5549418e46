import type { HeldMachineView } from '#core'
import { sshWhere } from './ssh-command.ts'
import { optionOf, type Option } from './words.ts'
import { EXIT, Stop } from './world.ts'

/** What `--format` asks for; null: nothing but what is said anyway. */
export const formatOf = (options: readonly Option[]): 'ssh-config' | null => {
  const format = optionOf(options, 'format')
  if (format === undefined) return null
  if (format === 'ssh-config') return format
  throw new Stop(EXIT.misread, '--format takes ssh-config; for JSON there is --json')
}

/** A machine as a host for `~/.ssh/config`; `file`: where its host keys are, and no others are to count. */
export const hostOf = (machine: HeldMachineView, file: string | null): string => {
  const { name, address, port, user } = machine
  sshWhere(machine)
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw new Stop(EXIT.fault, `${JSON.stringify(name)} is no name for a host`)
  return [
    `Host ${name}`,
    `  HostName ${address}`,
    `  Port ${port ?? 22}`,
    `  User ${user ?? 'root'}`,
    ...(file === null
      ? []
      : ['  StrictHostKeyChecking yes', `  UserKnownHostsFile ${file}`, '  GlobalKnownHostsFile /dev/null']),
  ].join('\n')
}
