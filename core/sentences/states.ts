import type { MachineStatus } from '../machine.ts'

/** What a machine is or is being done to. */
export const STATES: Readonly<Record<MachineStatus, string>> = {
  ready: 'free',
  leased: 'leased',
  enrolled: 'off',
  provisioning: 'being installed',
  checking: 'being checked',
  burning: 'being burnt in',
  collecting: 'being collected from',
  revoking: 'being returned',
  recycling: 'being made clean',
  rebuilding: 'being installed anew',
  stopping: 'being turned off',
  quarantined: 'quarantined',
  maintenance: 'in maintenance',
  retired: 'retired',
}
