import type { Fleet } from '../fleet.ts'
import { NEW_HEALTH, type Machine, type Health, type OutcomeCount } from '../machine.ts'
import type { Instant, PlatformName } from '../id.ts'
import { STEPS, type Step } from '../run.ts'

/**
 * A machine is unwell if it fails more often than its platform does. Its outcomes are held against two hypotheses: that it fails as
 * often as the rest of its platform, and that its odds of failing are `TIMES` those. Page's test multiplies, outcome by outcome, how much
 * likelier the second makes what came than the first, starts anew whenever that falls to one, and suspects the machine
 * once it reaches the pool's `falseAlarmEvery`. A machine that fails as its platform does reaches it after that many outcomes at the earliest
 * on average (Lorden's bound), whatever the rate; and as each step has its platform's own rate, it does not matter which steps
 * a machine happens to do.
 *
 * Only sums, products and quotients: the same on every machine and in every replay.
 */
const TIMES = 4

/** What a platform's outcomes of a kind have been like; an outcome counts less the more came after it. */
export interface FailureRate {
  /** The platform and the kind of outcome. */
  readonly key: string
  readonly outcomes: number
  readonly failed: number
  /** The share of failures lately, over a shorter memory: what breaks all machines alike shows here first. */
  readonly lately: number
}

/** How often machines of a platform fail in a step, or turn out bad in a lease. */
export type OutcomeKind = Step | 'lease'

const MEMORY = 1024
const SHORT_MEMORY = 64
/** A machine that fails less often than this is not blamed, however seldom its platform fails: also what a platform is thought to do before it did much. */
const LEAST_RATE = 0.02
const PRIOR_OUTCOMES = 50

export const rateKey = (platform: PlatformName, kind: OutcomeKind): string => `${platform}/${kind}`

export const withOutcome = (known: FailureRate | undefined, key: string, failed: boolean): FailureRate => {
  const { outcomes, failed: before, lately } = known ?? { outcomes: 0, failed: 0, lately: 0 }
  const now = failed ? 1 : 0
  return {
    key,
    outcomes: outcomes * (1 - 1 / MEMORY) + 1,
    failed: before * (1 - 1 / MEMORY) + now,
    lately: lately + (now - lately) / SHORT_MEMORY,
  }
}

/** How often an outcome of this kind is a failure. Rather too high: a fault of all machines is to be no machine's. */
export const rateOf = (known: FailureRate | undefined): number => {
  if (known === undefined) return LEAST_RATE
  const longTerm = (known.failed + PRIOR_OUTCOMES * LEAST_RATE) / (known.outcomes + PRIOR_OUTCOMES)
  return Math.max(LEAST_RATE, longTerm, known.lately)
}

/** What is held against a machine after one more outcome. From `most` on it is suspected; no more than one failure beyond that is held against it. */
export const weighed = (
  before: OutcomeCount,
  { failed, rate, most }: { readonly failed: boolean; readonly rate: number; readonly most: number },
): OutcomeCount => {
  const ratio = (failed ? TIMES : 1) / (1 + (TIMES - 1) * rate)
  const suspicion = Math.min(before.suspicion * ratio, most * TIMES)
  if (suspicion <= 1) return NEW_HEALTH.work
  return { suspicion, outcomes: before.outcomes + 1, failed: before.failed + (failed ? 1 : 0) }
}

/** Checks are many and shallow: were they weighed with all else, one idle day would clear a machine of what its leases showed. */
export const partOf = (kind: OutcomeKind): 'work' | 'checks' => (kind === 'check' ? 'checks' : 'work')

/** Of a machine that passed its probation: after a quarantine what it did before is forgotten, but fewer failures bring it there again. */
export const afterProbation = (health: Health, most: number): Health => {
  if (health.probation === null) return health
  if (health.probation === 'reported') return { ...health, probation: null }
  const work = { ...NEW_HEALTH.work, suspicion: Math.max(1, most / LESS_TRUST) }
  return { ...NEW_HEALTH, work, quarantines: health.quarantines }
}
const LESS_TRUST = 1000

/** The figures against a machine, if there are enough of them to quarantine it and its pool can spare it; else null. */
export const unwell = (fleet: Fleet, machine: Machine): OutcomeCount | null => {
  const { name, health: terms } = fleet.poolOf(machine)
  const { work, checks, probation } = machine.health
  const worst = work.suspicion >= checks.suspicion ? work : checks
  if (worst.suspicion < terms.falseAlarmEvery || probation === 'outcomes') return null
  return fleet.statuses.of(`${name}/unwell`) < mostUnwell(fleet.statuses.of(name), terms.mostShare) ? worst : null
}

/** Of a pool's machines, those that may be away for their outcomes at the same time; one at least, unless it is none. */
const mostUnwell = (machines: number, share: number): number =>
  share === 0 ? 0 : Math.max(1, Math.floor(machines * share))

/** Of all outcomes of a platform, the share that failed. */
export const usualRate = (fleet: Fleet, platform: PlatformName): number => {
  let outcomes = 0
  let failed = 0
  for (const kind of [...STEPS, 'lease'] as const) {
    const rate = fleet.failureRates.get(rateKey(platform, kind))
    outcomes += rate?.outcomes ?? 0
    failed += rate?.failed ?? 0
  }
  return outcomes === 0 ? 0 : failed / outcomes
}

/** When it was quarantined within its pool's span, this time included; more than the pool allows, and it stays until an operator says so. */
export const relapses = (fleet: Fleet, machine: Machine, at: Instant): readonly Instant[] => {
  const { withinMs, quarantinesMost } = fleet.poolOf(machine).health
  return [...machine.health.quarantines.filter((since) => since > at - withinMs), at].slice(-quarantinesMost - 1)
}
