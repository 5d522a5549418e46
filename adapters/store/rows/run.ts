import type { Collection, Instant, LeaseId, MachineName, PastRun, Run, RunEnding, RunId } from '#core'
import { RunRow, type Row } from '../entities.ts'
import { parse, printOrNull } from './json.ts'

/** An owed run has no end in its row; one that has left the fleet always has. */
export const runs = {
  entity: RunRow,
  key: 'number',
  write: (run: Run, end: RunEnding | null): Row<typeof RunRow> => ({
    id: run.id,
    number: run.number,
    step: run.step,
    machine: run.machine,
    lease: run.lease,
    fence: run.fence,
    attempt: run.attempt,
    owed_at: run.owedAt,
    due_at: run.dueAt,
    collect: printOrNull(run.collect ?? null),
    ended_at: end?.at ?? null,
    outcome: end?.outcome ?? null,
    message: end?.message ?? null,
  }),
  read: (row: Row<typeof RunRow>): Run => ({
    id: row.id as RunId,
    number: row.number,
    step: row.step,
    machine: row.machine as MachineName,
    lease: (row.lease ?? null) as LeaseId | null,
    fence: row.fence,
    attempt: row.attempt,
    owedAt: row.owed_at as Instant,
    dueAt: row.due_at as Instant,
    ...(typeof row.collect === 'string' && { collect: parse<Collection>(row.collect) }),
  }),
  readPast: (row: Row<typeof RunRow>): PastRun => {
    const { ended_at: at, outcome, message } = row
    const ended =
      typeof at === 'number'
        ? { at: at as Instant, outcome: outcome as RunEnding['outcome'], message: message ?? '' }
        : null
    return { run: runs.read(row), ended }
  },
} as const
