import { evolve, Fleet, type AuditRecord, type Event, type Instant, type Personal, type RecordBody } from '#core'

export type Evolve = (fleet: Fleet, event: Event, at: Instant) => void

/** The state that the log comes to. What identifies people is not in the log, and is handed in. */
export const replay = async (
  records: Iterable<AuditRecord> | AsyncIterable<AuditRecord>,
  personal: Iterable<Personal>,
  apply: Evolve = evolve,
): Promise<Fleet> => {
  const fleet = new Fleet()
  for await (const record of records) {
    applyRecord(fleet, record, apply)
    fleet.journal.keep()
  }
  for (const one of personal) fleet.personal.restore(one.ref, one)
  return fleet
}

export const applyRecord = (fleet: Fleet, { text }: AuditRecord, apply: Evolve): Instant => {
  const { at, events } = JSON.parse(text) as RecordBody
  for (const event of events) apply(fleet, event, at)
  return at
}
