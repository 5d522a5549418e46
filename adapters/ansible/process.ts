import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { HostFault } from '../host-fault.ts'
import { identify, isEmpty, killGroup, markOf } from './group.ts'
import type { ProcessGroup } from './group.ts'

const GATE = fileURLToPath(new URL('gate', import.meta.url))
/** How long after the last process the ends of its pipes may take: longer only if something escaped and holds them. */
const DRAIN_MS = 250

export interface Command {
  readonly argv: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly deadlineMs: number
  readonly killGraceMs: number
  readonly signal: AbortSignal
  onGroup(group: ProcessGroup): Promise<void>
  onOutput(chunk: Buffer): void
  /** Whether an event has told that the command ended. */
  hasEnded(): boolean
  /** Reads file descriptor 3 to its end. */
  onEvents(stream: Readable): Promise<void>
}

/**
 * Runs a command behind the gate, in a session of its own, and returns when all its processes are gone. Throws if the group cannot
 * be put on record (then nothing has run), if a process cannot be killed, and for what its own callbacks throw.
 */
export async function runGated(command: Command): Promise<void> {
  const { child, output, events } = spawn(command)
  if (child.pid === undefined) throw new HostFault('cannot start a process', { cause: await child })
  const exited = once(child.nodeChildProcess, 'exit')
  for (const stream of output) stream.on('data', (chunk: Buffer) => command.onOutput(chunk))
  const ended = Promise.all([command.onEvents(events), ...output.map((stream) => once(stream, 'close'))])
  const fault = Promise.withResolvers<never>()
  ended.catch(fault.reject)
  // Listened to below; before that, a fault must wait, not end Duffy as an unhandled one.
  fault.promise.catch(() => undefined)
  let group: ProcessGroup
  try {
    group = await identify(child.pid)
    await command.onGroup(group)
  } catch (error) {
    // Without the word, the gate opens for nobody.
    child.stdin.end()
    await exited
    throw error
  }
  const kill = (graceMs: number) => () => void killGroup(group, graceMs).catch(fault.reject)
  const abort = kill(command.killGraceMs)
  // The gate keeps the deadline; this is for the day when the gate itself is stopped.
  const late = setTimeout(kill(0), command.deadlineMs + 2 * command.killGraceMs + DRAIN_MS)
  try {
    child.stdin.end(command.signal.aborted ? '' : `go ${markOf(group)}\n`)
    command.signal.addEventListener('abort', abort)
    await Promise.race([exited, fault.promise])
  } finally {
    clearTimeout(late)
    command.signal.removeEventListener('abort', abort)
    if (!(await isCleared(command, group, ended))) await killGroup(group, 0)
  }
  await Promise.race([ended, sleep(DRAIN_MS)])
  for (const stream of [events, ...output]) stream.destroy()
  await child
}

/** How long the last events may take to be read once the gate has ended. */
const LAST_EVENTS_MS = 20

/**
 * Whether nothing can be left: the gate told that the command ended, upon which it kills whatever that left behind, itself
 * last. To look for ourselves costs a look at every process of the host, which is kept for when the gate did not get so far.
 */
async function isCleared(command: Command, group: ProcessGroup, ended: Promise<unknown>): Promise<boolean> {
  const isRead = await Promise.race([
    ended.then(
      () => true,
      () => false,
    ),
    sleep(LAST_EVENTS_MS, false),
  ])
  return isRead && command.hasEnded() && isEmpty(group)
}

function spawn({ argv, directory, environment, deadlineMs, killGraceMs }: Command) {
  const child = execa('/bin/sh', [GATE, seconds(deadlineMs), seconds(killGraceMs), ...argv], {
    cwd: directory,
    env: environment,
    extendEnv: false,
    // A session of its own, which goes on if Duffy ends: then it is the gate's, and the next Duffy's.
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  return { child, output: [child.stdout, child.stderr], events: child.stdio[3] }
}

const seconds = (ms: number): string => (Math.max(ms, 1) / 1000).toFixed(3)
