/** The sliver of better-sqlite3 that the store uses; the package ships no types. */
declare module 'better-sqlite3' {
  namespace Database {
    interface Statement {
      readonly reader: boolean
      all(parameters: readonly unknown[]): unknown[]
      run(parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
      iterate(parameters: readonly unknown[]): IterableIterator<unknown>
    }
  }
  class Database {
    readonly inTransaction: boolean
    constructor(
      file: string,
      options?: { readonly timeout?: number; readonly readonly?: boolean; readonly fileMustExist?: boolean },
    )
    prepare(sql: string): Database.Statement
    exec(sql: string): void
    pragma(text: string): unknown
    close(): void
  }
  export = Database
}
