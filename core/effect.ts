import type { Identity, Instant, LeaseId, MachineName, PoolName, RequestId, WebhookId } from './id.ts'
import type { Absence, Address, Hopeless } from './request.ts'
import type { LeaseEnd } from './lease.ts'
import type { OutcomeFigures, StepFailure } from './run.ts'

/** Something to tell somebody. Written with the decision (the outbox), delivered afterwards, at least once. */
export interface Notice {
  readonly to: Address
  readonly message: Message
}

/** A warning of a lease's end. `spared`: that was moved, since the warning could not be given in time. */
export interface LeaseEnding {
  readonly lease: LeaseId
  readonly until: Instant
  readonly minutes: number
  readonly spared?: true
}

export type Message =
  | { readonly type: 'leaseReady'; readonly lease: LeaseId }
  | ({ readonly type: 'leaseEnding' } & LeaseEnding)
  /** Several of one owner's, the soonest to end first. */
  | { readonly type: 'leasesEnding'; readonly leases: readonly LeaseEnding[] }
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
  /** Of what they reserved, so many machines are to be in maintenance then. */
  | {
      readonly type: 'reservationShort'
      readonly request: RequestId
      readonly from: Instant
      readonly lacking: number
    }
  /** For operators: machines quarantined lately, how many and the first of them; pools that have none left, or some again. */
  | {
      readonly type: 'operatorNews'
      readonly quarantined: number
      readonly first: readonly {
        readonly machine: MachineName
        readonly pool: PoolName
        readonly failure: StepFailure | OutcomeFigures
        readonly probationAt: Instant | null
      }[]
      readonly empty: readonly PoolName[]
      readonly back: readonly PoolName[]
    }
  | {
      readonly type: 'requestEnded'
      readonly request: RequestId
      readonly because: Hopeless | Absence | { readonly type: 'cancelled' }
    }
  /** Nothing is posted there any more. */
  | {
      readonly type: 'webhookDisabled'
      readonly webhook: WebhookId
      readonly url: string
      readonly failures: number
      readonly because: string
    }
  /** `identity` says that it is the same person, and waits for a yes. */
  | { readonly type: 'linkClaimed'; readonly identity: Identity }
  /** `identity` is one with `others` from now on, or no more. */
  | {
      readonly type: 'linked' | 'unlinked'
      readonly identity: Identity
      readonly others: readonly Identity[]
    }

/** The ends that a message warns of. */
export const endingsOf = (message: Message): readonly LeaseEnding[] => {
  if (message.type === 'leasesEnding') return message.leases
  return message.type === 'leaseEnding' ? [message] : []
}
