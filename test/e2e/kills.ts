import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { carrying } from '../kit/ansible.ts'
import { settled, type RunningDuffy } from '../kit/duffy.ts'
import { random } from '../kit/random.ts'

/** What a series of kills came to. */
export interface Toll {
  readonly kills: number
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly faults: readonly string[]
  /** Kills that came while a playbook was running. */
  readonly duringRuns: number
}

/**
 * Kills Duffy again and again at random moments while clients get and give back, and starts it anew each time. What was
 * answered must be there after every start; in the end every machine must be back without a hand.
 */
export const killAgainAndAgain = async (
  duffy: RunningDuffy,
  { kills, key, seed }: { readonly kills: number; readonly key: string; readonly seed: number },
): Promise<Toll> => {
  const chance = random(seed)
  const answered = new Map<string, string>()
  const given = new Set<string>()
  const lost: string[] = []
  const faults: string[] = []
  let acknowledged = 0
  let duringRuns = 0
  let over = false

  const client = async (): Promise<void> => {
    while (!over) {
      try {
        const id = randomUUID()
        const body = { type: chance.pick(['metal', 'metal', 'vm']), platform: 'any', keys: [key] }
        const got = await duffy.api('POST', '/api/v2/requests', body, { headers: { 'idempotency-key': id } })
        if (got.status >= 300) continue
        acknowledged += 1
        const lease: string | undefined = got.body.lease?.id
        answered.set(id, lease ?? got.body.request.id)
        if (lease === undefined || chance.chance(0.2)) continue
        await pause(chance.below(1_500))
        const done = await duffy.api('POST', `/api/v2/leases/${lease}/done`)
        if (done.status === 200) given.add(lease)
      } catch {
        // Duffy is dead at the moment: nothing was answered, so nothing was promised.
        await pause(50)
      }
    }
  }

  const look = async (): Promise<void> => {
    for (const [, thing] of answered) {
      const path = thing.startsWith('L') ? `/api/v2/leases/${thing}` : `/api/v2/requests/${thing}`
      const { status, body } = await duffy.api('GET', path)
      if (status !== 200) lost.push(`${thing} was answered and is gone`)
      else if (given.has(thing) && body.lease.state !== 'ended')
        lost.push(`${thing} was given back and is ${body.lease.state}`)
    }
    const { body } = await duffy.operate('GET', '/api/v2/verify')
    faults.push(...body.faults)
    const owned = claimedGroups(duffy)
    for (const group of playbooks(duffy.dataDir))
      if (!owned.has(group)) faults.push(`playbook ${group} runs, and nobody has it`)
  }

  const clients = [client(), client(), client()]
  for (let killed = 0; killed < kills; killed += 1) {
    await pause(200 + chance.below(1_600))
    if (playbooks(duffy.dataDir).length > 0) duringRuns += 1
    await duffy.kill('SIGKILL')
    await duffy.start()
  }
  over = true
  await Promise.all(clients)
  await look()
  await giveAllBack(duffy)
  await settled(duffy, 480_000)
  await look()
  return { kills, acknowledged, lost, faults, duringRuns }
}

/** Everything is cancelled and given back; leases may still be granted to those who waited, so more than once. */
const giveAllBack = async (duffy: RunningDuffy): Promise<void> => {
  for (;;) {
    const requests = await duffy.api('GET', '/api/v2/requests')
    for (const { id } of requests.body.requests) await duffy.api('DELETE', `/api/v2/requests/${id}`)
    const leases = await duffy.api('GET', '/api/v2/leases')
    for (const { id } of leases.body.leases) await duffy.api('POST', `/api/v2/leases/${id}/done`)
    if (leases.body.leases.length === 0 && requests.body.requests.length === 0) return
  }
}

/** Process groups of the playbooks that run for this Duffy. */
const playbooks = (dataDir: string): number[] => {
  const pids = carrying(`DUFFY_STATE_DIR=${join(dataDir, 'machines')}`)
  return [...new Set(pids.filter((pid) => commandOf(pid).includes('ansible-playbook')).map(groupOf))]
}

/** Those whose run directory is still open, and so are in the hands of the Duffy that lives. */
const claimedGroups = (duffy: RunningDuffy): Set<number> => {
  const groups = new Set<number>()
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && parentOf(Number(name)) === duffy.pid) groups.add(groupOf(Number(name)))
  }
  return groups
}

const stat = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  } catch {
    return []
  }
}
const parentOf = (pid: number): number => Number(stat(pid)[1] ?? 0)
const groupOf = (pid: number): number => Number(stat(pid)[2] ?? 0)
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}
