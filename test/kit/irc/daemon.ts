import { spawn, type ChildProcess } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Debian's `nobody`: IRC daemons refuse to serve as root. */
const NOBODY = 65_534
const asRoot = process.getuid?.() === 0
/** A real server as a child process; `output` is all it printed since the kit was made. */
export interface Daemon {
  readonly pid: number | undefined
  output(): string
  /** Resolves once the daemon serves; rejects with its output if it ends first or takes over `START_MS`. */
  start(): Promise<void>
  /** Ends it at once, without a farewell to its clients, and resolves when it is gone. */
  kill(): Promise<void>
  /** Stopped in place: its connections stay open and nothing answers. */
  pause(): void
  resume(): void
}

export interface DaemonOptions {
  command: string
  args: readonly string[]
  cwd: string
  /** Whether it serves by now. */
  ready: (outputSinceStart: string) => Promise<boolean> | boolean
}

const START_MS = 40_000

const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

export function daemon(options: DaemonOptions): Daemon {
  let child: ChildProcess | undefined
  let output = ''
  let startedAt = 0

  const start = async () => {
    startedAt = output.length
    const user = asRoot ? { uid: NOBODY, gid: NOBODY } : {}
    const mine = spawn(options.command, options.args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], ...user })
    child = mine
    living.add(mine)
    mine.once('exit', () => living.delete(mine))
    for (const stream of [mine.stdout, mine.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()))
    const deadline = Date.now() + START_MS
    while (!(await options.ready(output.slice(startedAt)))) {
      const ended = mine.exitCode !== null || mine.signalCode !== null
      if (ended || Date.now() > deadline) throw new Error(`${options.command} did not start:\n${output}`)
      await sleep(20)
    }
  }

  const kill = async () => {
    const mine = child
    child = undefined
    if (!mine || mine.exitCode !== null || mine.signalCode !== null) return
    const gone = new Promise((resolve) => mine.once('exit', resolve))
    mine.kill('SIGKILL')
    await gone
  }

  return {
    get pid() {
      return child?.pid
    },
    output: () => output,
    start,
    kill,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
  }
}

/** A new directory that a daemon may write to. */
export async function daemonHome(files: Record<string, string>): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'duffy-irc-'))
  if (asRoot) await chown(path, NOBODY, NOBODY)
  for (const [name, text] of Object.entries(files)) await giveFile(join(path, name), text)
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export async function giveFile(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  if (asRoot) await chown(path, NOBODY, NOBODY)
}

export const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
