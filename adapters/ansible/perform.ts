import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { RunOrder, RunResult } from '#core'
import { HostFault } from '../host-fault.ts'
import type { AnsibleOptions, Performance } from './ansible.ts'
import { openDirectory } from './directory.ts'
import type { RunDirectory } from './directory.ts'
import { lines, parseEvent } from './events.ts'
import type { Event } from './events.ts'
import { plain } from './log.ts'
import type { Log } from './log.ts'
import { START, ended, follow, outcomeOf } from './outcome.ts'
import { findPlaybook } from './playbook.ts'
import { runGated } from './process.ts'
import type { Scrubber } from './secrets.ts'
import { Unfit, variablesFile } from './variables.ts'

export interface Tools {
  readonly options: AnsibleOptions
  readonly log: Log
  readonly scrubber: Scrubber
}

/** One run from its order to its result. Whatever the playbook does is a result; only a fault of this host is thrown, as `HostFault`. */
export async function perform(order: RunOrder, performance: Performance, tools: Tools): Promise<RunResult> {
  const { options } = tools
  const dirs = [...(options.extraPlaybooksDirs ?? []), options.playbooksDir]
  const playbook = findPlaybook(dirs, order.machine.driver, order.step)
  if ('missing' in playbook) {
    const gone = dirs.find((dir) => !existsSync(dir))
    if (gone !== undefined) throw new HostFault(`the playbooks in ${gone} are gone`)
    return ended('broken', playbook.missing)
  }
  if (performance.signal.aborted) return ended('stopped', 'was stopped before it began')
  let variables: string
  try {
    variables = variablesFile(order)
  } catch (error) {
    if (error instanceof Unfit) return ended('broken', error.message)
    throw error
  }
  const directory = await onDisk(openDirectory(options.runsDir, order, variables))
  try {
    return await run(order, playbook.path, directory, performance, tools)
  } finally {
    await onDisk(directory.close(tools.log.text()))
  }
}

/** A disk that is full or gone would fail the runs of all machines alike. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new HostFault(`the directory of a run cannot be written: ${(cause as Error).message}`, { cause })
  }
}

async function run(
  order: RunOrder,
  playbook: string,
  directory: RunDirectory,
  performance: Performance,
  { options, log, scrubber }: Tools,
): Promise<RunResult> {
  let course = START
  const clean = (text: string): string => scrubber.scrub(plain(text))
  await runGated({
    argv: ['ansible-playbook', ...argumentsFor(order, playbook, directory, options)],
    directory: directory.path,
    environment: environmentFor(directory, options),
    deadlineMs: order.deadlineMs,
    killGraceMs: options.killGraceMs,
    signal: performance.signal,
    onGroup: (group) => performance.onGroup(group),
    onOutput: (chunk) => log.add(chunk),
    hasEnded: () => course.status !== null,
    async onEvents(stream: Readable) {
      for await (const line of lines(stream)) {
        const event = parseEvent(line, clean)
        if (event === null) continue
        course = follow(course, event)
        report(event, performance)
      }
    },
  })
  return outcomeOf(course, performance.signal.aborted, log.text())
}

function report(event: Event, performance: Performance): void {
  if (event.event === 'task') performance.onProgress({ type: 'task', task: event.task })
  if (event.event === 'exit') performance.onProgress({ type: 'exit' })
  if (event.event === 'result') {
    const { task, host, status, changed, message } = event
    performance.onProgress({ type: 'result', task, host, status, changed, message })
  }
}

/** Nothing that a person wrote comes near this command line: `ps` shows it to everybody, and Ansible gives its words a meaning. */
function argumentsFor(order: RunOrder, playbook: string, directory: RunDirectory, options: AnsibleOptions): string[] {
  const host = HOST.test(order.machine.name) && !GROUPS.includes(order.machine.name) ? order.machine.name : 'machine'
  const key = options.infrastructureKey === undefined ? [] : ['--private-key', options.infrastructureKey]
  return ['-i', `${host},`, '-e', `@${directory.variables}`, ...key, playbook]
}

const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?$/
/** Ansible's own groups. */
const GROUPS: readonly string[] = ['all', 'ungrouped']

function environmentFor(directory: RunDirectory, options: AnsibleOptions): Record<string, string> {
  return {
    ...options.environment,
    LC_ALL: 'C.UTF-8',
    // Nobody's habits (~/.ansible.cfg, ~/.ansible/plugins) change what a run does.
    HOME: directory.path,
    PYTHONDONTWRITEBYTECODE: '1',
    ANSIBLE_CONFIG: `${options.playbooksDir}/ansible.cfg`,
    ANSIBLE_LOCAL_TEMP: `${directory.path}/tmp`,
    DUFFY_EVENTS: '3',
    DUFFY_VARS: directory.variables,
    DUFFY_STATE_DIR: options.stateDir,
    DUFFY_PLAYBOOKS: options.playbooksDir,
    ...(options.infrastructureKey !== undefined && { DUFFY_SSH_KEY: options.infrastructureKey }),
  }
}
