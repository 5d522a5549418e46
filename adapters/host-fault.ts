/** Duffy's own host cannot carry out a run: no machine is to blame, and the next run would hardly fare better. */
export class HostFault extends Error {
  override readonly name = 'HostFault'
}
