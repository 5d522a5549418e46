/** How values of core and rows of one table become each other. */
export interface Rows<Value, Row extends object, Key extends string = string> {
  readonly entity: TableShape
  /** The column of the fleet's key. */
  readonly key: keyof Row & string
  readonly write: (value: Value, key: Key) => Row
  readonly read: (row: Row) => Value
}

/** What is used of an entity's definition: its name, and its columns in order. */
export interface TableShape {
  readonly tableName: string
  readonly properties: object
}
