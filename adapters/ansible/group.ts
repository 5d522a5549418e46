import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode } from './error.ts'

/**
 * A run's processes, named well enough to be found and killed by a later Duffy. A process id alone is soon somebody else's;
 * with the tick at which the process began, on one boot of one host, it is nobody else's.
 */
export interface ProcessGroup {
  readonly host: string
  readonly pgid: number
  readonly startTicks: string
  readonly bootId: string
}

interface Process {
  readonly pid: number
  readonly group: number
  readonly session: number
  readonly startTicks: string
}

const POLL_MS = 5
/** How long SIGKILL may take before a process counts as stuck in the kernel. */
const STUCK_MS = 20_000

/** The group that a process leads, which is alive. */
export async function identify(pgid: number): Promise<ProcessGroup> {
  const leader = readProcess(pgid)
  if (leader === null) throw new Error(`process ${pgid} ended before it could be recorded`)
  return { host: hostname(), pgid, startTicks: leader.startTicks, bootId: await readBootId() }
}

/** What every process of the run carries in its environment (`DUFFY_GROUP`), whichever group or session it moved to. */
export const markOf = (group: ProcessGroup): string => `${group.bootId}:${group.pgid}:${group.startTicks}`

/** Whether the group's processes, if any are left, run here and now. */
export const isHere = async (group: ProcessGroup): Promise<boolean> =>
  group.host === hostname() && group.bootId === (await readBootId())

/** Whether no living process is left in the group or its session: those that left both are not looked for. */
export function isEmpty({ pgid }: ProcessGroup): boolean {
  try {
    process.kill(-pgid, 0)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return true
  }
  // What is left may be zombies, which their parent has not asked after yet.
  return !living().some(isIn(pgid))
}

/** Sends TERM, then KILL after the grace, until nothing is left. Says whether there was anything. Throws on an unkillable process. */
export async function killGroup(group: ProcessGroup, graceMs: number): Promise<boolean> {
  let left = members(group)
  if (left.length === 0) return false
  if (graceMs > 0) for (const process of left) send(process.pid, 'SIGTERM')
  const killAt = performance.now() + graceMs
  while (left.length > 0) {
    const late = performance.now() - killAt
    if (late >= STUCK_MS) throw new Error(`processes ${left.map(({ pid }) => pid).join(', ')} do not die`)
    if (late >= 0) for (const process of left) send(process.pid, 'SIGKILL')
    await sleep(POLL_MS)
    left = members(group)
  }
  return true
}

/**
 * The living processes of the group; zombies are as good as gone.
 *
 * Safe against ids used again: as long as any process is in a group or session, Linux gives its number to no new process. So if
 * the leader began when ours did, all in its group or session are ours. If the leader is gone, the number may have become free and
 * have been taken by a stranger; then one process in the group must prove by our mark that it never was free. Those
 * with the mark are ours wherever they are.
 */
function members(group: ProcessGroup): readonly Process[] {
  const all = living()
  const mark = Buffer.from(`\0DUFFY_GROUP=${markOf(group)}\0`)
  const marked = all.filter(({ pid }) => isMarked(pid, mark))
  const inGroup = all.filter(isIn(group.pgid))
  const leader = all.find(({ pid }) => pid === group.pgid)
  const ours = leader ? leader.startTicks === group.startTicks : inGroup.some((process) => marked.includes(process))
  return ours ? [...new Set([...inGroup, ...marked])] : marked
}

const isIn =
  (pgid: number) =>
  ({ group, session }: Process): boolean =>
    group === pgid || session === pgid

/** Every process of this host but the zombies. */
const living = (): readonly Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((process) => process !== null)

function readProcess(pid: number): Process | null {
  const stat = readProc(`${pid}/stat`)?.toString('latin1')
  // The name, in parentheses, may hold spaces and parentheses itself; numbers in proc(5) count from the id, which is field 1.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, , group, session] = fields ?? []
  const startTicks = fields?.[22 - 3]
  if (startTicks === undefined || state === 'Z' || state === 'X') return null
  return { pid, group: Number(group), session: Number(session), startTicks }
}

/** With a zero before and after it, so that a mark is found only as a whole variable. */
function isMarked(pid: number, mark: Buffer): boolean {
  const environment = readProc(`${pid}/environ`)
  return (
    environment !== null &&
    (environment.includes(mark) || environment.subarray(0, mark.length - 1).equals(mark.subarray(1)))
  )
}

/**
 * A file of one process, valid until the next is read; null for a process that ended meanwhile or that belongs to somebody else: no
 * process of ours either way. All are read into one buffer: read the usual way, each would take 64 KiB of its own, and a look at
 * every process of a host one long collection of garbage.
 */
function readProc(name: string): Buffer | null {
  try {
    const file = openSync(`/proc/${name}`, 'r')
    try {
      for (let length = 0; ;) {
        if (length === proc.length) proc = Buffer.concat([proc], 2 * proc.length)
        const read = readSync(file, proc, length, proc.length - length, null)
        if (read === 0) return proc.subarray(0, length)
        length += read
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null
    throw error
  }
}
let proc = Buffer.alloc(64 * 1024)

const readBootId = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // Gone meanwhile; or another user's now (sudo), which ends by itself when the others do, or is reported as stuck.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error
  }
}
