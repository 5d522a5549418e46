import {
  recipientOf,
  type Change,
  type Instant,
  type Lease,
  type Notice,
  type Personal,
  type Run,
  type RunEnding,
  type RunId,
} from '#core'
import { AnswerRow } from './entities/answer.ts'
import { HoldingRow, OutboxRow, RecordRow, type Row } from './entities.ts'
import { PersonalRow } from './entities/people.ts'
import { execute, type Executor } from './executor.ts'
import type { Batch } from './port.ts'
import type { Rows, TableShape } from './rows/rows.ts'
import { runs } from './rows/run.ts'
import { SQLITE } from './sqlite.ts'
import { LASTING, PASSING } from './tables.ts'
import { inserter, upserter, type Writer } from './writer.ts'

/** A row was not where memory says that it is: somebody else wrote to the file. Nothing of the batch is kept. */
class OutOfStep extends Error {
  override readonly name = 'OutOfStep'
}

/** Writes a batch, a table at a time. */
export const writeBatch = async (sql: Executor, turn: number, batch: Batch): Promise<void> => {
  await writeRecords(sql, batch.records.map(recordRow))
  const changes = Map.groupBy(batch.changes, ({ table }) => table)
  for (const [name, rows] of Object.entries(LASTING)) await writeLasting(sql, rows as never, changes.get(name))
  for (const [name, rows] of Object.entries(PASSING)) await writePassing(sql, rows as never, changes.get(name))
  await writeHoldings(sql, changes.get('lease'))
  await writeRuns(sql, batch, changes.get('run'))
  await writePersonal(sql, turn, changes.get('personal'))
  await writeAnswers(sql, batch.answers)
  await writeNotices(
    sql,
    batch.notices.map((notice) => noticeRow(notice, batch.at)),
  )
}

const recordRow = ({ text, ...columns }: Batch['records'][number]): Row<typeof RecordRow> => ({
  ...columns,
  body: text,
})

const noticeRow = (notice: Notice, at: Instant): Partial<Row<typeof OutboxRow>> => ({
  door: notice.to.door,
  recipient: recipientOf(notice.to),
  notice: JSON.stringify(notice),
  at,
  due_at: at,
  attempts: 0,
})

const writeLasting = async (sql: Executor, rows: AnyRows, changes: readonly Change[] = []): Promise<void> => {
  const gone = changes.find(({ after, last }) => after === undefined && isOpen(last))
  if (gone !== undefined) throw new OutOfStep(`${gone.table} ${gone.key} left the fleet without an end`)
  const written = await writerOf(rows)(
    sql,
    changes.map(({ last, key }) => rows.write(last, String(key))),
  )
  if (written !== changes.length)
    throw new OutOfStep(`only ${written} of ${changes.length} rows of ${rows.entity.tableName} were as expected`)
}

/** What a start would load again although the fleet has let it go. */
const isOpen = (value: unknown): boolean => {
  const state = (value as { readonly state?: { readonly status: string } } | undefined)?.state
  return state !== undefined && OPEN.has(state.status)
}
const OPEN: ReadonlySet<string> = new Set(['waiting', 'preparing', 'active'])

const writePassing = async (sql: Executor, rows: AnyRows, changes: readonly Change[] = []): Promise<void> => {
  const here = changes.filter(({ after }) => after !== undefined)
  const gone = changes.filter(({ after }) => after === undefined)
  await writerOf(rows)(
    sql,
    here.map(({ after, key }) => rows.write(after, String(key))),
  )
  if (gone.length > 0) {
    const text = `delete from "${rows.entity.tableName}" where "${rows.key}" in ${SQLITE.oneOf}`
    await execute(sql, text, [JSON.stringify(gone.map(({ key }) => key))])
  }
}

/** Machines given back before machines taken: one may pass from a lease to the next within a batch. */
const writeHoldings = async (sql: Executor, changes: readonly Change[] = []): Promise<void> => {
  const rows = changes.flatMap(({ before, last }) => holdingsOf(before as Lease | undefined, last as Lease))
  await writeHolding(
    sql,
    rows.filter(({ active }) => active === 0),
  )
  await writeHolding(
    sql,
    rows.filter(({ active }) => active === 1),
  )
}

const holdingsOf = (before: Lease | undefined, last: Lease): Row<typeof HoldingRow>[] => {
  const active = last.state.status === 'ended' ? 0 : 1
  const left = (before?.machines ?? []).filter(({ machine }) => !last.machines.some((held) => held.machine === machine))
  const known = new Map(before?.machines.map(({ machine, fence }) => [machine, fence]))
  const changed =
    active === 0 ? last.machines : last.machines.filter(({ machine, fence }) => known.get(machine) !== fence)
  return [
    ...left.map(({ machine, fence }) => ({ lease: last.number, machine, fence, active: 0 })),
    ...changed.map(({ machine, fence }) => ({ lease: last.number, machine, fence, active })),
  ]
}

const writeRuns = async (sql: Executor, { at, runEnds }: Batch, changes: readonly Change[] = []): Promise<void> => {
  const endOf = (key: RunId): RunEnding => runEnds.get(key) ?? { at, outcome: 'dropped', message: '' }
  await writeRun(
    sql,
    changes.map(({ key, after, last }) => runs.write(last as Run, after === undefined ? endOf(key as RunId) : null)),
  )
}

/** What is removed keeps its row without its text, so that a lane that catches up forgets it too. */
const writePersonal = async (sql: Executor, turn: number, changes: readonly Change[] = []): Promise<void> => {
  await writeText(
    sql,
    changes.map(({ key, after }) => ({ ref: String(key), text: (after as Personal | undefined)?.text ?? null, turn })),
  )
}

type AnyRows = Rows<unknown, Readonly<Record<string, unknown>>>

const known = new Map<TableShape, Writer>()
const writerOf = ({ entity, key }: AnyRows): Writer => {
  let writer = known.get(entity)
  if (writer === undefined)
    known.set(entity, (writer = upserter(entity, [key], { condition: GUARDS[entity.tableName] })))
  return writer
}

/** A machine is never written with an older fence than it has. */
const GUARDS: Readonly<Record<string, string>> = { machine: '"machine"."fence" <= excluded."fence"' }

const writeRecords = inserter(RecordRow)
const writeHolding = upserter(HoldingRow, ['lease', 'machine'])
const writeRun = upserter(runs.entity, [runs.key])
const writeText = upserter(PersonalRow, ['ref'])
const writeAnswers = upserter(AnswerRow, ['key'], { columns: ['key', 'command', 'answer', 'at'] })
const writeNotices = inserter(OutboxRow, ['door', 'recipient', 'notice', 'at', 'due_at', 'attempts'])
