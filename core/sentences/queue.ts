import type { Awaited } from '../policy/promised.ts'
import { counted } from './said.ts'

/** For whom a lease ends when it does: `2 requests wait for metal`. */
export const awaitedSaid = ({ machineType, requests }: Awaited): string =>
  `${counted(requests, 'request')} ${requests === 1 ? 'waits' : 'wait'} for ${machineType}`
