export type * from './id.ts'
export { DUFFY, leaseId, unspell } from './id.ts'
export type * from './run.ts'
export { STEPS } from './run.ts'
export type * from './machine.ts'
export { NEW_HEALTH, openRun } from './machine.ts'
export type * from './maintenance.ts'
export type * from './operators.ts'
export type * from './pool.ts'
export type * from './tenant.ts'
export { DEFAULT_TERMS, ROLES } from './tenant.ts'
export { readMember } from './member.ts'
export type * from './collect.ts'
export { artifactView, LONGEST_PATH, readPath } from './collect.ts'
export type * from './agent.ts'
export { AGENT_FACT, agentNode, LAUNCHES, STARTS_NO_AGENTS } from './agent.ts'
export type * from './build.ts'
export { buildEndOf, LONGEST_BUILD_URL, readBuildUrl } from './build.ts'
export type * from './request.ts'
export { CHASSIS_RULES, HIGHEST_PRIORITY } from './request.ts'
export type * from './why.ts'
export type * from './lease.ts'
export { entitlement } from './lease.ts'
export type * from './event.ts'
export type * from './webhook.ts'
export type { WebhookView } from './answer/webhooks.ts'
export type * from './happened.ts'
export { happened } from './happened.ts'
export type * from './command.ts'
export type * from './site.ts'
export type * from './refusal.ts'
export type * from './why/refused.ts'
export { REMEMBERED, saysMore } from './why/refused.ts'
export type * from './effect.ts'
export { endingsOf } from './effect.ts'
export { harmOf, type Harm } from './harm.ts'
export { isStale, stillEnding } from './stale.ts'
export { recipientOf, routesOf } from './policy/selves.ts'
export * from './limits.ts'
export * from './audit.ts'
export { Fleet, type Counter, type Personal, type SiteState } from './fleet.ts'
export type { Change } from './collections/table.ts'
export type { CalibrationView } from './answer/calibrations.ts'
export { estimate, estimatesAt, type Estimate, type Estimates, type Interval } from './estimate.ts'
export type { Calibration } from './estimate/calibration.ts'
export type { StepTimes } from './estimate/step-times.ts'
export type { DemandHistory } from './policy/demand.ts'
export { enoughFor, levelOf, type Level, type LevelReason } from './policy/level.ts'
export { rateOf, weighed, withOutcome, type FailureRate } from './policy/health.ts'
export { decide, type Decision } from './decide/index.ts'
export { refused } from './decide/refused.ts'
export { evolve } from './evolve/index.ts'
export { pending, orderOf } from './pending.ts'
export { latestEnd, plannedEnd } from './policy/due.ts'
export * from './policy/timeline.ts'
export { lineOf, positionOf } from './policy/order.ts'
export { setAsideAt } from './policy/turn.ts'
export type { Claim } from './policy/setaside.ts'
export { violations } from './invariants.ts'
export { historyWatch } from './history.ts'
export type { HeldMachineView } from './held-machine.ts'
export * from './view.ts'
export { machineWear, wearReport, type MachineWear, type WearView } from './answer/wear.ts'
export {
  goesByPlace,
  optionOf,
  readLine,
  readOperands,
  readValues,
  verbNamed,
  VERBS,
  type Argument,
  type Ask,
  type Kind,
  type Misread,
  type Verb,
} from './verbs/index.ts'
export { DAY, HOUR, isoTime, MINUTE, SECOND } from './time.ts'
export type { Question } from './question.ts'
export { answer, type Answer, type ArtifactsAnswer, type Past, type WhyRefusal } from './answer.ts'
export type { PastDecision } from './answer/find.ts'
export { candidates, explainedIn, type Candidate, type Explained } from './why/candidates.ts'
export { looksOf } from './answer/looks.ts'
export { speaker } from './policy/membership.ts'
export { heldBy, maySee } from './answer/find.ts'
export { machineNamed, noSuchMachine } from './policy/target.ts'
export { canonical } from './canonical.ts'
export { differences, nearer, platformDistance } from './policy/distance.ts'
export { readDuration } from './duration.ts'
export {
  isInstantShaped,
  isRecurringShaped,
  MOST_INSTANT_WORDS,
  readInstant,
  readRecurring,
  type Recurring,
} from './instant.ts'
export { linkCodeDigest, readLinkCode, LINK_CODE_LENGTH, LINK_CODE_LETTERS, spacedCode } from './link-code.ts'
export { readSshKey, type FingerprintOf, type SshKey } from './ssh-key.ts'
export { nearest } from './suggest.ts'
export * from './sentences/index.ts'
export * from './simulate/index.ts'
export { siteFrom, vouched, type Plain, type SiteSketch } from './standalone.ts'
