import { Initial } from './0001-initial.ts'

/** In order. A released migration is never changed; the next one is added below it. */
export const SQLITE_MIGRATIONS = [{ name: '0001-initial', class: Initial }]
