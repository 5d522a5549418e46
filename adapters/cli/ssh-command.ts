import type { HeldMachineView } from '#core'
import { EXIT, Stop } from './world.ts'

/** The line that logs in to a machine, to copy. */
export function sshCommand(machine: HeldMachineView): string {
  return ['ssh', ...sshWhere(machine)].join(' ')
}

/** Port and destination as `ssh` takes them. Checked, for a name that begins with a dash would be an option to it. */
export function sshWhere({ name, address, port, user }: HeldMachineView): string[] {
  const destination = `${user ?? 'root'}@${address}`
  if (address === null) throw new Stop(EXIT.refused, `it is not known yet how ${name} is reached`)
  if (!/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9:][\w.:-]*$/.test(destination)) {
    throw new Stop(EXIT.fault, `${name} is said to be at ${JSON.stringify(destination)}, which is no place to log in to`)
  }
  return port === null || port === 22 ? [destination] : ['-p', String(port), destination]
}
