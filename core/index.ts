export type * from './id.ts'
export { DUFFY, leaseId, requestId, runId, personId, unspell } from './id.ts'
export * from './run.ts'
export * from './machine.ts'
export type * from './pool.ts'
export type * from './tenant.ts'
export * from './request.ts'
export * from './why.ts'
export * from './lease.ts'
export type * from './event.ts'
export type * from './command.ts'
export type * from './refusal.ts'
export type * from './effect.ts'
export * from './limits.ts'
export * from './audit.ts'
export { Fleet, type Counter, type Personal, type SiteState } from './fleet.ts'
export type { Change } from './table.ts'
export { decide, type Decision } from './decide/index.ts'
export { evolve } from './evolve/index.ts'
export { pending, orderOf } from './pending.ts'
export { violations } from './invariants.ts'
export { historyWatch, type HistoryWatch } from './history.ts'
export * from './view.ts'
export {
  goesByPlace,
  optionOf,
  readLine,
  readValues,
  verbNamed,
  VERBS,
  type Argument,
  type Ask,
  type Kind,
  type Misread,
  type Read,
  type Values,
  type Verb,
} from './verbs/index.ts'
export { isoTime } from './time.ts'
export type { Question } from './question.ts'
export { answer, type Answer, type Past } from './answer.ts'
export { machineNamed, maySee } from './answer/find.ts'
export { canonical } from './canonical.ts'
export { readDuration } from './duration.ts'
export { readSshKey } from './ssh-key.ts'
export { nearest } from './suggest.ts'
export { answerSaid } from './sentences/answer.ts'
export * from './sentences/index.ts'
