import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject, MachineName, RunId, RunLease, RunOrder, RunResult, Step } from '#core'
import { ansible } from '../../adapters/ansible/ansible.ts'
import type { Ansible, AnsibleOptions, Performance, ProcessGroup, Progress } from '../../adapters/ansible/ansible.ts'

const playbooksDir = fileURLToPath(new URL('../../playbooks', import.meta.url))

export interface OrderOf {
  readonly step?: Step
  readonly driver?: string
  readonly name?: string
  readonly variables?: JsonObject
  readonly data?: JsonObject
  readonly lease?: Omit<RunLease, 'id' | 'agent'> & { readonly id?: string }
  readonly agent?: JsonObject
  readonly deadlineMs?: number
}

/** What one run showed of itself. */
export interface Watched {
  readonly result: RunResult
  readonly groups: readonly ProcessGroup[]
  readonly progress: readonly Progress[]
  readonly log: string
  readonly order: RunOrder
}

/** A performer on real ansible-playbook in directories of its own; gone without a trace, boxes included, when disposed of. */
export interface Workshop extends AsyncDisposable {
  readonly ansible: Ansible
  readonly options: AnsibleOptions
  readonly dir: string
  /** Writes a playbook of the driver `site`: the tasks of one play on this host. */
  site(step: Step, tasks: string): Promise<void>
  order(of?: OrderOf): RunOrder
  run(of?: OrderOf, own?: Partial<Performance>): Promise<Watched>
}

let runs = 0

export function workshop(own: Partial<AnsibleOptions> = {}): Workshop {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'duffy-test-')))
  const options: AnsibleOptions = {
    playbooksDir,
    extraPlaybooksDirs: [join(dir, 'site')],
    runsDir: join(dir, 'runs'),
    stateDir: join(dir, 'state'),
    logLimitBytes: 64 * 1024,
    killGraceMs: 300,
    environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    ...own,
  }
  const performer = ansible(options)
  return {
    ansible: performer,
    options,
    dir,
    site: (step, tasks) => writeSite(join(dir, 'site', 'drivers', 'site'), step, tasks),
    order: orderOf,
    async run(of = {}, watched = {}) {
      const order = orderOf(of)
      const groups: ProcessGroup[] = []
      const progress: Progress[] = []
      const result = await performer.perform(order, {
        async onGroup(group) {
          groups.push(group)
        },
        onProgress: (told) => void progress.push(told),
        signal: new AbortController().signal,
        ...watched,
      })
      const log = (await performer.log(order.run)).get(order.attempt) ?? ''
      return { result, groups, progress, log, order }
    },
    async [Symbol.asyncDispose]() {
      endBoxes(options.stateDir)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function writeSite(dir: string, step: Step, tasks: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, `${step}.yml`), playOf(tasks))
}

/** A playbook that runs these tasks, a YAML list, for each machine and on this host. */
export const playOf = (tasks: string): string =>
  `- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks.replaceAll(/^/gm, '    ')}\n`

function orderOf(of: OrderOf = {}): RunOrder {
  runs += 1
  const {
    step = 'provision',
    driver = 'site',
    name = 'n1',
    variables = {},
    data = {},
    lease,
    agent,
    deadlineMs = 60_000,
  } = of
  return {
    run: `N${runs}` as RunId,
    step,
    attempt: 1,
    fence: 1,
    deadlineMs,
    machine: { name: name as MachineName, driver, variables, data },
    lease: lease ? { ...lease, id: (lease.id ?? 'L7Q2') as RunLease['id'], agent: null } : null,
    ...(agent !== undefined && { agent }),
  }
}

/** The directory that nsbox keeps for a state directory. */
export const boxesOf = (stateDir: string): string =>
  process.getuid?.() === 0
    ? join('/run/duffy-nsbox', createHash('sha256').update(stateDir).digest('hex').slice(0, 16))
    : join(stateDir, 'nsbox')

/** Ends every box of a state directory, whoever started it. */
export function endBoxes(stateDir: string): void {
  const boxes = boxesOf(stateDir)
  for (const pid of carrying(`DUFFY_BOX=${boxes}/`)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      // It ended with its box, whose first process was killed just before.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  rmSync(boxes, { recursive: true, force: true })
}

/** The living processes in whose environment something stands. */
export function carrying(text: string): number[] {
  const found = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(text),
  )
  return found.map(Number)
}

/** Whether a process lives; a zombie does not. */
export const lives = (pid: number): boolean => {
  const stat = read(`/proc/${pid}/stat`)
  return stat !== '' && !/\) [ZX] /.test(stat)
}

/** The living processes of a session. */
export function session(sid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids
    .map(Number)
    .filter((pid) => lives(pid) && read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[3] === `${sid}`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // ended meanwhile, or not ours
  }
}

/** A fresh key pair: the path of the private half, and the public half as a lease carries it. */
export function keyPair(dir: string, name = 'key'): { path: string; line: string } {
  const path = join(dir, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path])
  return { path, line: readFileSync(`${path}.pub`, 'utf8').trim() }
}

/**
 * What comes of an attempt with a deadline that is short, to wait for it, and yet long enough for what must come before it: on a
 * busy host that takes seconds. An attempt whose deadline came too early gives null, and is made again with twice the time.
 */
export async function longEnough<T>(ms: number, attempt: (deadlineMs: number) => Promise<T | null>): Promise<T> {
  for (let deadlineMs = ms; deadlineMs < 32_000; deadlineMs *= 2) {
    const came = await attempt(deadlineMs)
    if (came !== null) return came
  }
  throw new Error('every deadline came too early')
}
