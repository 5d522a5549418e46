/** A rule that keeps somebody from harm, how it is taken out of the code, and which tests are to notice. */
export interface Guard {
  /** What holds thanks to it. */
  readonly rule: string
  readonly file: string
  /** Stands exactly once in the file. */
  readonly text: string
  /** What stands there without the guard. */
  readonly without: string
  /** Files of tests of which at least one fails without it. */
  readonly tests: readonly string[]
}

const PROPERTIES = 'test/core/property.test.ts'
const MODEL = 'test/model/model.test.ts'

export const GUARDS: readonly Guard[] = [
  {
    rule: 'Nobody asks for more than their tenant may hold.',
    file: 'core/decide/get.ts',
    text: 'return held + count > quota ?',
    without: 'return held + count > Infinity ?',
    tests: [MODEL, 'test/scenarios/server.test.ts'],
  },
  {
    rule: 'Whoever waits is given nothing beyond their tenant’s quota.',
    file: 'core/heads.ts',
    text: 'tenant.held + request.demand.count > tenant.quota',
    without: 'tenant.held + request.demand.count > Infinity',
    tests: [PROPERTIES],
  },
  {
    rule: 'The least worn machine goes first.',
    file: 'core/policy/wear.ts',
    text: 'a.attempts - b.attempts ||',
    without: 'b.attempts - a.attempts ||',
    tests: [PROPERTIES],
  },
  {
    rule: 'Of machines worn alike the one idle longest goes first.',
    file: 'core/policy/wear.ts',
    text: 'a.idleSince - b.idleSince ||',
    without: '',
    tests: ['test/core/matching.test.ts'],
  },
  {
    rule: 'A grant is an attempt.',
    file: 'core/evolve/lease.ts',
    text: 'attempts: machine.attempts + 1,',
    without: 'attempts: machine.attempts,',
    tests: ['test/core/lease.test.ts'],
  },
  {
    rule: 'A failed provisioning is an attempt.',
    file: 'core/evolve/run.ts',
    text: "attempts: attempts + (run.step === 'provision' ? 1 : 0)",
    without: 'attempts',
    tests: ['test/core/matching.test.ts'],
  },
  {
    rule: 'Only a ready machine is lent.',
    file: 'core/stock.ts',
    text: "if (state.status === 'ready') return ready",
    without: "if (state.status === 'ready' || state.status === 'recycling') return ready",
    tests: [PROPERTIES],
  },
  {
    rule: 'A machine that the config no longer names goes once it is free.',
    file: 'core/decide/steps.ts',
    text: "if (!machine.configured) return begin(draft, machine.name, 'shutdown')",
    without: '',
    tests: ['test/core', 'test/e2e/config.test.ts'],
  },
  {
    rule: 'A machine has all the labels that were asked for.',
    file: 'core/policy/match.ts',
    text: "if (!labels.every((label) => shape.labels.includes(label))) return 'labels'",
    without: '',
    tests: [MODEL],
  },
  {
    rule: 'A machine has the architecture that was asked for.',
    file: 'core/policy/match.ts',
    text: "if (arch !== null && shape.arch !== arch) return 'arch'",
    without: '',
    tests: ['test/core/matching.test.ts'],
  },
  {
    rule: 'The hard class of a home is not left.',
    file: 'core/policy/distance.ts',
    text: 'sameClass(home, other) ? traitDistance(home, other) : Infinity',
    without: 'traitDistance(home, other)',
    tests: ['test/core/platform-property.test.ts'],
  },
  {
    rule: 'Home is the first that is tried.',
    file: 'core/policy/platform.ts',
    text: 'Number(b.platform === home) - Number(a.platform === home) ||',
    without: '',
    tests: ['test/core/platform-property.test.ts'],
  },
  {
    rule: 'A machine is made clean between two tenants.',
    file: 'core/decide/steps.ts',
    text: "begin(draft, machine.name, machine.configured ? thorough : 'shutdown')",
    without: "draft.emit({ type: 'machineReadied', machine: machine.name })",
    tests: [PROPERTIES, MODEL],
  },
  {
    rule: 'Holders are shut out before anything else is done to their machines.',
    file: 'core/decide/steps.ts',
    text: "begin(draft, name, 'revoke', lease)",
    without: 'clean(draft, draft.fleet.machines.need(name))',
    tests: ['test/core', 'test/scenarios/ending.test.ts'],
  },
  {
    rule: 'A machine that keeps failing is set aside.',
    file: 'core/decide/steps.ts',
    text: 'machine.failures >= pool.failureLimit',
    without: 'machine.failures >= Infinity',
    tests: ['test/core/lease.test.ts'],
  },
  {
    rule: 'A lease begins when all of its machines are open.',
    file: 'core/decide/steps.ts',
    text: 'if (!lease.machines.every(({ machine }) => isOpen(fleet.machines.need(machine)))) return',
    without: '',
    tests: ['test/core', PROPERTIES],
  },
  {
    rule: 'What an older run says of a machine changes nothing.',
    file: 'core/decide/run.ts',
    text: 'if (run === undefined || run.fence !== fence)',
    without: 'if (run === undefined)',
    tests: ['test/core', 'test/scenarios/ending.test.ts'],
  },
  {
    rule: 'A playbook that did not wipe has failed.',
    file: 'core/decide/run.ts',
    text: 'result.report.wipe?.ok !== false',
    without: 'true',
    tests: ['test/core/mended.test.ts'],
  },
  {
    rule: 'Nobody ends what is another tenant’s.',
    file: 'core/policy/membership.ts',
    text: 'if (owned.tenant !== tenant) return false',
    without: '',
    tests: [MODEL, 'test/core'],
  },
  {
    rule: 'A retired tenant’s API keys speak for nobody.',
    file: 'core/policy/membership.ts',
    text: 'key !== undefined && fleet.tenants.get(key.tenant)?.active === true',
    without: 'key !== undefined',
    tests: ['test/core/tenants.test.ts', 'test/adapters/http/tenants.test.ts'],
  },
  {
    rule: 'Higher priorities are served first.',
    file: 'core/policy/fairness.ts',
    text: 'b.priority - a.priority || a.share - b.share',
    without: 'a.share - b.share',
    tests: ['test/core/fairness.test.ts'],
  },
  {
    rule: 'A priority is no higher than its tenant may ask for.',
    file: 'core/policy/fairness.ts',
    text: 'priority: Math.min(request.priority, tenant.priority)',
    without: 'priority: request.priority',
    tests: ['test/core/fairness.test.ts'],
  },
  {
    rule: 'A tenant’s k-th machine competes with the others’ k-th.',
    file: 'core/policy/fairness.ts',
    text: '|| a.share - b.share || a.request.number - b.request.number',
    without: '|| a.request.number - b.request.number',
    tests: ['test/core/fairness.test.ts'],
  },
  {
    rule: 'Weights scale a tenant’s share.',
    file: 'core/policy/fairness.ts',
    text: '(held + 1) / weight',
    without: 'held + 1',
    tests: ['test/core/fairness.test.ts'],
  },
  {
    rule: 'Of two alike the older request is served first.',
    file: 'core/policy/fairness.ts',
    text: 'a.share - b.share || a.request.number - b.request.number',
    without: 'a.share - b.share || b.request.number - a.request.number',
    tests: ['test/core/lease.test.ts', 'test/core/fairness.test.ts'],
  },
  {
    rule: 'Nobody is overtaken more often than a stated number of times.',
    file: 'core/policy/fairness.ts',
    text: '>= fleet.limits.overtakenMost',
    without: '>= Infinity',
    tests: ['test/core/fairness.test.ts'],
  },
  {
    rule: 'What can never be had is refused at once.',
    file: 'core/decide/get.ts',
    text: 'if (demand.count <= reachable) return null',
    without: 'return null',
    tests: ['test/core/lease.test.ts'],
  },
  {
    rule: 'Who waits for what has become impossible is told so.',
    file: 'core/decide/settle.ts',
    text: 'if (demand.count <= reachable) return null',
    without: 'if (demand.count > 0) return null',
    tests: ['test/core'],
  },
  {
    rule: 'Whether somebody may still have it is asked once more when it is granted.',
    file: 'core/decide/settle.ts',
    text: 'if (because === null) grant(draft, turn.request, turn.placed)',
    without: 'if (because !== undefined) grant(draft, turn.request, turn.placed)',
    tests: ['test/core/regrant.test.ts'],
  },
  {
    rule: 'Nothing is granted to somebody who has not asked after it for long.',
    file: 'core/decide/absent.ts',
    text: 'lostAt(request) > at) return',
    without: 'lostAt(request) > 0) return',
    tests: ['test/core/presence.test.ts'],
  },
  {
    rule: 'The line has an end.',
    file: 'core/decide/get.ts',
    text: 'if (fleet.requests.size >= waitingRequests)',
    without: 'if (fleet.requests.size >= Infinity)',
    tests: ['test/core', 'test/adapters/http'],
  },
  {
    rule: 'A lease is extended no further than the longest.',
    file: 'core/decide/lease.ts',
    text: 'Math.min(from + byMs, last) as Instant',
    without: '(from + byMs) as Instant',
    tests: ['test/core'],
  },
  {
    rule: 'No more machines are held for debugging than their tenant may hold so.',
    file: 'core/decide/hold.ts',
    text: 'return held + count > most ?',
    without: 'return held + count > Infinity ?',
    tests: ['test/core/hold.test.ts'],
  },
  {
    rule: 'Nothing is held for debugging beyond its time.',
    file: 'core/decide/hold.ts',
    text: 'if (end > hold.last || end <= at)',
    without: 'if (end <= at)',
    tests: ['test/core/hold.test.ts'],
  },
  {
    rule: 'Machines that somebody waits for are not burnt in.',
    file: 'core/decide/sweep.ts',
    text: '&& !isAwaited(fleet, shape) ?',
    without: '?',
    tests: ['test/core/burnin.test.ts'],
  },
  {
    rule: 'A machine that nobody comes for is burnt in before its idle limit.',
    file: 'core/policy/idle.ts',
    text: 'return Math.max(idleLimitMs * EARLIEST, idleLimitMs - rounds * turnMs)',
    without: 'return idleLimitMs + rounds * turnMs',
    tests: ['test/core/burnin.test.ts'],
  },
  {
    rule: 'A new machine starts with the fewest attempts of its platform.',
    file: 'core/evolve/machine.ts',
    text: '    attempts,\n    uses: before?.uses ?? 0,',
    without: '    attempts: 0,\n    uses: before?.uses ?? 0,',
    tests: ['test/core'],
  },
  {
    rule: 'A forgotten lease ends.',
    file: 'core/decide/sweep.ts',
    text: "else if (!warn(draft, lease)) end(draft, lease, 'expired')",
    without: 'else if (!warn(draft, lease)) return',
    tests: ['test/core/lease.test.ts'],
  },
]
