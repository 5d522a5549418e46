import type { Json, RunResult } from '#core'
import { HostFault } from '../host-fault.ts'
import type { Event } from './events.ts'
import { readReport } from './report.ts'

/** What a run's events have told so far: all that its outcome depends on, however many they are. */
export interface Course {
  /** Of ansible-playbook. Null until it ended, and for good if the gate was killed. */
  readonly status: number | null
  /** Ansible said its last word: without it the run was lost, whatever its status. */
  readonly counted: boolean
  readonly overdue: boolean
  readonly task: string | null
  readonly failure: { readonly outcome: 'failed' | 'unreachable'; readonly message: string } | null
  readonly output: { readonly report: Json } | { readonly fault: string } | null
}

export const START: Course = { status: null, counted: false, overdue: false, task: null, failure: null, output: null }

export function follow(course: Course, event: Event): Course {
  switch (event.event) {
    case 'task':
      return { ...course, task: event.task }
    case 'result': {
      const { status, task, message } = event
      if (status !== 'failed' && status !== 'unreachable') return course
      return { ...course, failure: { outcome: status, message: `${task}: ${message}` } }
    }
    case 'output':
      return { ...course, output: event.error === undefined ? { report: event.report } : { fault: event.error } }
    case 'stats':
      return { ...course, counted: true }
    case 'deadline':
      return { ...course, overdue: true }
    case 'exit':
      return { ...course, status: event.code }
  }
}

/** What a shell says of a command that it cannot run, and of one that it cannot find. */
const NOT_RUN: readonly (number | null)[] = [126, 127]
/** A shell reports death by signal n as 128 + n. */
const SIGNALS = 128

/**
 * How a run ended, now that all its processes are gone. `said` is the end of its log, for what no event tells. Throws
 * `HostFault` where nothing ran, for want of ansible.
 */
export function outcomeOf(course: Course, aborted: boolean, said: string): RunResult {
  const { status, counted, overdue, task, failure, output } = course
  const during = task === null ? 'before its first task' : `during "${task}"`
  // A run that was done when the signal reached it is done.
  if (status === 0 && counted) return success(output)
  if (aborted) return ended('stopped', `was stopped ${during}`)
  if (overdue) return ended('deadline', `took too long, and was killed ${during}`)
  if (status === null || (status > SIGNALS && !counted)) {
    return ended('failed', `was killed from outside ${during}; what it did is not known`)
  }
  if (NOT_RUN.includes(status) && !counted && task === null) {
    const why = said.trim().slice(-MESSAGE_CHARACTERS)
    throw new HostFault(`ansible-playbook is not on the PATH that runs are given, or cannot be run: ${why}`)
  }
  // Ansible gives the status of failed and unreachable hosts also to playbooks that it cannot read.
  if (failure !== null && counted) return ended(failure.outcome, failure.message)
  return ended(
    'broken',
    `ansible-playbook ended with status ${status}: ${failure?.message ?? said.slice(-MESSAGE_CHARACTERS)}`,
  )
}

function success(output: Course['output']): RunResult {
  if (output === null) return ended('broken', 'the playbook ended well but did not set duffy_out')
  const read = 'fault' in output ? output : readReport(output.report)
  return 'fault' in read ? ended('broken', read.fault) : { outcome: 'ok', report: read.report }
}

export const MESSAGE_CHARACTERS = 500

/** A result that is not `ok`, its message one line of bounded length. */
export function ended(outcome: Exclude<RunResult['outcome'], 'ok'>, message: string): RunResult {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  return { outcome, message: line.length > MESSAGE_CHARACTERS ? `${line.slice(0, MESSAGE_CHARACTERS - 1)}…` : line }
}
