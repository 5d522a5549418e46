import { artifactView, type ArtifactView, type FailedCollection, type LeftOut } from '../collect.ts'
import type { Fleet } from '../fleet.ts'
import type { LeaseId, MachineName } from '../id.ts'
import type { Speaker } from '../policy/membership.ts'
import type { RefusalAnswer } from '../refusal.ts'
import { heldBy, leaseNamed, type Past } from './find.ts'

/** What is kept of a lease's machines. */
export interface ArtifactsAnswer {
  readonly type: 'artifacts'
  readonly lease: LeaseId
  /** Paths that are collected once its machines go back: it lasts. */
  readonly collect: readonly string[]
  readonly lasts: boolean
  /** Machines that are being collected from. */
  readonly collecting: readonly MachineName[]
  readonly artifacts: readonly ArtifactView[]
  readonly leftOut: readonly LeftOut[]
  readonly leftOutMore: number
  readonly failed: readonly FailedCollection[]
}

export const artifactsOf = (
  fleet: Fleet,
  asked: string,
  { by, past }: { readonly by: Speaker; readonly past: Past },
): ArtifactsAnswer | RefusalAnswer => {
  const lease = leaseNamed(fleet, asked, by, past)
  if (lease === undefined)
    return { type: 'refused', refusal: { type: 'noSuchLease', asked, held: heldBy(fleet, by.tenant) } }
  const {
    artifacts = [],
    leftOut = [],
    leftOutMore = 0,
    failed = [],
  } = past.collections?.find((one) => one.lease === lease.id) ?? {}
  const collecting = [...fleet.collecting.of('all')].flatMap((run) => (run.lease === lease.id ? [run.machine] : []))
  const lasts = lease.state.status !== 'ended'
  const { id, collect = [] } = lease
  return {
    type: 'artifacts',
    lease: id,
    collect,
    lasts,
    collecting,
    artifacts: artifacts.map(artifactView),
    leftOut,
    leftOutMore,
    failed,
  }
}
