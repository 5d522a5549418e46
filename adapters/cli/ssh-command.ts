import type { HeldMachineView } from '#core'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { ownKey } from './own-key.ts'
import { EXIT, Stop } from './world.ts'

/** The line that logs in to a machine, to copy. */
export function sshCommand(machine: HeldMachineView, home: string | undefined): string {
  return ['ssh', ...identityOf(home), ...sshWhere(machine)].map(quoted).join(' ')
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** `ssh` looks for keys where the password file says, whatever `HOME` says: where they differ it is told. */
export function identityOf(home: string | undefined): string[] {
  if (home === undefined || home === userInfo().homedir) return []
  const file = ownKey(home)?.file.replace(/\.pub$/, '')
  return file !== undefined && existsSync(file) ? ['-i', file] : []
}

/** Port and destination as `ssh` takes them. Checked, for a name that begins with a dash would be an option to it. */
export function sshWhere({ name, address, port, user }: HeldMachineView): string[] {
  const destination = `${user ?? 'root'}@${address}`
  if (address === null) throw new Stop(EXIT.refused, `it is not known yet how ${name} is reached`)
  if (!/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9:][\w.:-]*$/.test(destination)) {
    throw new Stop(
      EXIT.fault,
      `${name} is said to be at ${JSON.stringify(destination)}, which is no place to log in to`,
    )
  }
  return port === null || port === 22 ? [destination] : ['-p', String(port), destination]
}

/** The lines of a known_hosts file for a machine, as `ssh` looks a host up: with its port in brackets, unless it is the usual one. */
export const knownHosts = ({ address, port, hostKeys }: HeldMachineView): string => {
  const host = port === null || port === 22 ? address : `[${address}]:${port}`
  return hostKeys.map((key) => `${host} ${keyOf(key)}\n`).join('')
}

/** Type and blob alone: what else a line might hold could be a marker or another line. */
const keyOf = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ')
