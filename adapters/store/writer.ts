import { execute, type Executor } from './executor.ts'
import type { TableShape } from './rows/rows.ts'
import { SQLITE } from './sqlite.ts'

/** Writes rows of one table; how many it changed. */
export type Writer = (sql: Executor, rows: readonly object[]) => Promise<number>

/**
 * Rows in one statement, largest first: as few statements as that allows, of as few texts, each prepared once. On SQLite
 * this costs a quarter of handing over the rows as one JSON text.
 */
const SIZES = [32, 4, 1] as const

export const inserter = (entity: TableShape, columns = columnsOf(entity)): Writer =>
  writer(columns, (rows) => SQLITE.insert(entity.tableName, columns, rows))

/** `condition`: on the row that is there, for which it is replaced; else it stays, and counts as unchanged. */
export const upserter = (
  entity: TableShape,
  key: readonly string[],
  {
    condition,
    columns = columnsOf(entity),
  }: { readonly condition?: string | undefined; readonly columns?: readonly string[] } = {},
): Writer => {
  const conflict = SQLITE.onConflict(columns, key, condition)
  return writer(columns, (rows) => `${SQLITE.insert(entity.tableName, columns, rows)} ${conflict}`)
}

const columnsOf = (entity: TableShape): readonly string[] => Object.keys(entity.properties)

const writer = (columns: readonly string[], textFor: (rows: number) => string): Writer => {
  const statements = SIZES.map((size) => ({ size, text: textFor(size) }))
  return async (sql, rows) => {
    let changed = 0
    let from = 0
    for (const { size, text } of statements) {
      while (rows.length - from >= size) {
        changed += await execute(sql, text, cellsOf(rows.slice(from, from + size), columns))
        from += size
      }
    }
    return changed
  }
}

const cellsOf = (rows: readonly object[], columns: readonly string[]): unknown[] => {
  const cells: unknown[] = []
  for (const row of rows) for (const column of columns) cells.push((row as Readonly<Record<string, unknown>>)[column])
  return cells
}
