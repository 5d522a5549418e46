import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RunId, RunOrder, RunResult } from '#core'
import { directoryName, pruneDirectories, readLogs } from './directory.ts'
import type { Progress } from './events.ts'
import { isHere, killGroup } from './group.ts'
import type { ProcessGroup } from './group.ts'
import { createLog } from './log.ts'
import type { Log } from './log.ts'
import { perform } from './perform.ts'
import { scrubber } from './secrets.ts'

export type { ProcessGroup } from './group.ts'
export type { Progress } from './events.ts'

export interface AnsibleOptions {
  /** Duffy's own: holds `ansible.cfg`, `callback_plugins/` and `drivers/<driver>/<step>.yml`. */
  readonly playbooksDir: string
  /** A site's, each with `drivers/<driver>/<step>.yml`; they go before Duffy's own. */
  readonly extraPlaybooksDirs?: readonly string[]
  /** One directory a run; the log stays in it when the run is over. */
  readonly runsDir: string
  /** Given to playbooks as DUFFY_STATE_DIR: what a driver must remember of its machines on this host. Two Duffys need two. */
  readonly stateDir: string
  /** The private key with which playbooks log in to machines. */
  readonly infrastructureKey?: string
  readonly logLimitBytes: number
  /** Between the polite signal and the deadly one. */
  readonly killGraceMs: number
  /** All that runs see of Duffy's environment; `PATH` is needed. */
  readonly environment: Readonly<Record<string, string>>
}

/** Its caller's side of one run. */
export interface Performance {
  /** Puts the process group on record, durably: the playbook does not begin before this has returned. */
  onGroup(group: ProcessGroup): Promise<void>
  onProgress(progress: Progress): void
  /** Ends the run early: all its processes are killed, and it is `stopped`. */
  readonly signal: AbortSignal
}

/** What performs runs, by Ansible playbooks on this host. */
export interface Ansible {
  readonly name: 'ansible'
  /** Runs a step to its end, when none of its processes is left. Throws `HostFault`, or for a fault of the caller's. */
  perform(order: RunOrder, performance: Performance): Promise<RunResult>
  /**
   * Kills what a Duffy that died left running: `killed`, or `gone` if nothing was left. `elsewhere`: the group ran on another host or
   * before the last boot of this one, so that nothing can be done, or need be done, from here.
   */
  killOrphan(group: ProcessGroup): Promise<'gone' | 'killed' | 'elsewhere'>
  /** What each attempt at a run printed, the present one included: capped, and without secrets and control characters. */
  log(run: RunId): Promise<ReadonlyMap<number, string>>
  /** Forgets the logs of runs that ended before an instant, in milliseconds since 1970. How many. */
  prune(before: number): Promise<number>
}

/** Performs orders with ansible-core. Makes its directories if they are missing. */
export function ansible(given: AnsibleOptions): Ansible {
  const options = { ...given, ...absolute(given) }
  for (const dir of [options.runsDir, options.stateDir]) mkdirSync(dir, { recursive: true, mode: 0o700 })
  const running = new Map<RunOrder, Log>()
  return {
    name: 'ansible',
    async perform(order, performance) {
      const secrets = scrubber(order.machine.variables, order.machine.data, order.agent ?? null)
      const log = createLog(options.logLimitBytes, secrets)
      running.set(order, log)
      try {
        return await perform(order, performance, { options, log, scrubber: secrets })
      } finally {
        running.delete(order)
      }
    },
    async killOrphan(group) {
      if (!(await isHere(group))) return 'elsewhere'
      return (await killGroup(group, options.killGraceMs)) ? 'killed' : 'gone'
    },
    async log(run) {
      const logs = new Map(await readLogs(options.runsDir, run))
      for (const [order, log] of running) if (order.run === run) logs.set(order.attempt, log.text())
      return logs
    },
    prune(before) {
      const open = new Set([...running.keys()].map(({ run, attempt }) => directoryName(run, attempt)))
      return pruneDirectories(options.runsDir, before, (name) => open.has(name))
    },
  }
}

/** Runs have another working directory than Duffy. */
const absolute = ({ playbooksDir, extraPlaybooksDirs = [], runsDir, stateDir }: AnsibleOptions) => ({
  playbooksDir: resolve(playbooksDir),
  extraPlaybooksDirs: extraPlaybooksDirs.map((dir) => resolve(dir)),
  runsDir: resolve(runsDir),
  stateDir: resolve(stateDir),
})
