export * from './id.ts'
export * from './run.ts'
