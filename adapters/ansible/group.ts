import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
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
  const leader = await readProcess(pgid)
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
  return !readdirSync('/proc').some((name) => /^\d+$/.test(name) && livesIn(name, pgid))
}

/** Read at once into one buffer: a file of /proc read the usual way takes 64 KiB of its own, and a scan of them a collection. */
function livesIn(pid: string, pgid: number): boolean {
  let file: number
  try {
    file = openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    return false // ended meanwhile
  }
  try {
    const stat = STAT.toString('latin1', 0, readSync(file, STAT, 0, STAT.length, 0))
    const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state !== 'Z' && state !== 'X' && (Number(group) === pgid || Number(session) === pgid)
  } catch {
    return false // ended meanwhile
  } finally {
    closeSync(file)
  }
}
const STAT = Buffer.alloc(4096)

/** Sends TERM, then KILL after the grace, until nothing is left. Says whether there was anything. Throws on an unkillable process. */
export async function killGroup(group: ProcessGroup, graceMs: number): Promise<boolean> {
  let left = await members(group)
  if (left.length === 0) return false
  if (graceMs > 0) for (const process of left) send(process.pid, 'SIGTERM')
  const killAt = performance.now() + graceMs
  while (left.length > 0) {
    const late = performance.now() - killAt
    if (late >= STUCK_MS) throw new Error(`processes ${left.map(({ pid }) => pid).join(', ')} do not die`)
    if (late >= 0) for (const process of left) send(process.pid, 'SIGKILL')
    await sleep(POLL_MS)
    left = await members(group)
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
async function members(group: ProcessGroup): Promise<readonly Process[]> {
  const entries = await readdir('/proc')
  const processes = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))),
  )
  const living = processes.filter((process) => process !== null)
  const marks = await Promise.all(living.map((process) => isMarked(process, group)))
  const marked = living.filter((_, index) => marks[index])
  const inGroup = living.filter(({ group: own, session }) => own === group.pgid || session === group.pgid)
  const leader = living.find(({ pid }) => pid === group.pgid)
  const ours = leader ? leader.startTicks === group.startTicks : inGroup.some((process) => marked.includes(process))
  return ours ? [...new Set([...inGroup, ...marked])] : marked
}

async function isMarked({ pid }: Process, group: ProcessGroup): Promise<boolean> {
  const environment = await readProc(`${pid}/environ`)
  return environment !== null && environment.split('\0').includes(`DUFFY_GROUP=${markOf(group)}`)
}

async function readProcess(pid: number): Promise<Process | null> {
  const stat = await readProc(`${pid}/stat`)
  // The name, in parentheses, may hold spaces and parentheses itself; numbers in proc(5) count from the id, which is field 1.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, , group, session] = fields ?? []
  const startTicks = fields?.[22 - 3]
  if (startTicks === undefined || state === 'Z' || state === 'X') return null
  return { pid, group: Number(group), session: Number(session), startTicks }
}

/** Null for a process that ended meanwhile or that belongs to somebody else: no process of ours either way. */
async function readProc(name: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${name}`, 'latin1')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null
    throw error
  }
}

const readBootId = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // Gone meanwhile; or another user's now (sudo), which ends by itself when the others do, or is reported as stuck.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error
  }
}
