import { byText } from '../collections/indexes.ts'
import type { Machine } from '../machine.ts'

/** Who is worked next: fewest attempts, then longest idle, then name. Total, so that no order of inputs can change it. */
export const byWear = (a: Machine, b: Machine): number =>
  a.attempts - b.attempts || a.idleSince - b.idleSince || byText(a.name, b.name)
