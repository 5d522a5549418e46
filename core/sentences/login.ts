import { readSshKey, type FingerprintOf } from '../ssh-key.ts'
import type { HeldMachineView } from '../held-machine.ts'
import { listed } from './said.ts'

const IN_FULL = 2
const A_LINE = 6
const SSH_PORT = 22

/** How to log in, for the holder alone: one or two machines with their host keys, more of them in a line each six. */
export const logins = (machines: readonly HeldMachineView[], fingerprint: FingerprintOf): string[] => {
  if (machines.length <= IN_FULL) {
    return machines.map((machine) => {
      const key = hostKey(machine, fingerprint)
      return `${machine.name}: ${ssh(machine)}${key === null ? '' : `, host key ${key}`}.`
    })
  }
  const shown = machines.slice(0, 2 * A_LINE).map((machine) => `${machine.name}: ${ssh(machine)}`)
  const more = machines.length - shown.length
  const lines = [shown.slice(0, A_LINE), shown.slice(A_LINE)]
    .filter((line) => line.length > 0)
    .map((line) => line.join('; '))
  return more > 0 ? [...lines.slice(0, -1), `${lines.at(-1)}; and ${more} more, which HTTP and the CLI list`] : lines
}

/** `metal-03 and metal-04` */
export const names = (machines: readonly { readonly name: string }[]): string =>
  listed(machines.map(({ name }) => name))

const ssh = ({ address, port, user }: HeldMachineView): string => {
  if (address === null) return 'no address yet'
  return `ssh ${port === null || port === SSH_PORT ? '' : `-p ${port} `}${user ?? 'root'}@${address}`
}

/** The key that ssh prefers and shows when it meets a host for the first time. */
const hostKey = ({ hostKeys }: HeldMachineView, fingerprint: FingerprintOf): string | null => {
  const line = hostKeys.find((one) => one.startsWith('ssh-ed25519 ')) ?? hostKeys[0]
  if (line === undefined) return null
  const read = readSshKey(line, fingerprint)
  return read.type === 'key' ? read.key.fingerprint : null
}
