import { CompiledQuery, type Kysely } from 'kysely'

/** A connection, or a transaction on one. */
export type Executor = Pick<Kysely<unknown>, 'executeQuery'>

export const query = async <Row>(
  sql: Executor,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> => (await sql.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows

/** How many rows it changed. */
export const execute = async (sql: Executor, text: string, parameters: readonly unknown[] = []): Promise<number> =>
  Number((await sql.executeQuery(CompiledQuery.raw(text, [...parameters]))).numAffectedRows ?? 0)
