import type { Instant, LeaseId, MachineName, RequestId } from './id.ts'
import type { Absence, Address, Hopeless } from './request.ts'
import type { LeaseEnd } from './lease.ts'

/** Something to tell somebody. Written with the decision (the outbox), delivered afterwards, at least once. */
export interface Notice {
  readonly to: Address
  readonly message: Message
}

export type Message =
  | { readonly type: 'leaseReady'; readonly lease: LeaseId }
  | { readonly type: 'leaseEnding'; readonly lease: LeaseId; readonly until: Instant; readonly minutes: number }
  | {
      readonly type: 'leaseEnded'
      readonly lease: LeaseId
      readonly how: LeaseEnd
      readonly machines: readonly MachineName[]
    }
  /** Machines of theirs are wanted for maintenance. */
  | {
      readonly type: 'maintenancePlanned'
      readonly lease: LeaseId
      readonly machines: readonly MachineName[]
      readonly from: Instant
      readonly until: Instant | null
    }
  | {
      readonly type: 'reservationNear'
      readonly request: RequestId
      readonly from: Instant
      readonly late: boolean
    }
  | { readonly type: 'requestEnded'; readonly request: RequestId; readonly because: Hopeless | Absence }
