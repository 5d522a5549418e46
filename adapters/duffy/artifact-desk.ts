import type { FailedCollection, LeaseId, PastCollections } from '#core'
import type { ArtifactStore, Download } from '../artifacts/store.ts'
import type { History } from '../store/port.ts'

/** What was collected of leases, for every door. Whoever asks sees to it that it is theirs. */
export interface ArtifactDesk {
  of(lease: LeaseId): Promise<PastCollections>
  named(id: string): Promise<Download | null>
}

/** Runs of a lease that are looked through for collections that failed. */
const MOST_RUNS = 1000

export const artifactDesk = (store: Pick<History, 'runsOf'>, artifacts: ArtifactStore): ArtifactDesk => ({
  async of(lease) {
    const runs = await store.runsOf({ lease }, MOST_RUNS)
    const failed = runs.flatMap(({ run, ended }): FailedCollection[] =>
      run.step === 'collect' && ended !== null && ended.outcome !== 'ok'
        ? [{ machine: run.machine, run: run.id, because: ended.message }]
        : [],
    )
    return { lease, ...(await artifacts.of(lease)), failed }
  },
  named: (id) => artifacts.named(id),
})
