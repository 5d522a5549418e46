import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { duffy } from '../../adapters/duffy.ts'
import { textLog } from '../../adapters/log.ts'
import { endBoxes, keyPair } from '../kit/ansible.ts'
import { ssh } from '../kit/ansible-ssh.ts'
import { scratch } from '../kit/scratch.ts'
import { timing, type Timing } from './callers.ts'

export interface LoginFigures {
  /** From the call to the end of `ssh … true` on the machine. */
  readonly login: Timing
  /** The grant's playbook alone: the life of its process. */
  readonly playbook: Timing
  /** From the call to its answer, less the playbook: what Duffy itself takes. */
  readonly own: Timing
}

/** Rounds that do not count: a service that has run for a while is what people meet. */
const WARM_UP = 3

/** With the default config, real Ansible and real machines: one person gets a warm machine, logs in, and gives it back. */
export const benchLogin = async (rounds: number): Promise<LoginFigures> => {
  const dataDir = mkdtempSync(join(scratch(), 'duffy-bench-'))
  const playbooks: number[] = []
  const totals: number[] = []
  const own: number[] = []
  try {
    await using running = await duffy({
      environment: { ...process.env, DUFFY_DATA_DIR: dataDir, DUFFY_PORT: '0' },
      clock: Date.now,
      log: textLog((line) => process.stderr.write(line), 'warn'),
      watch: (performer) => ({
        ...performer,
        perform(order, performance_) {
          let began = 0
          return performer.perform(order, {
            ...performance_,
            async onGroup(group) {
              await performance_.onGroup(group)
              began = performance.now()
            },
            onProgress(progress) {
              if (progress.type === 'exit' && order.step === 'grant') playbooks.push(performance.now() - began)
            },
          })
        },
      }),
    })
    const key = keyPair(dataDir)
    const call = async (method: string, path: string, body?: unknown) => {
      const headers = {
        authorization: `Bearer ${readFileSync(join(dataDir, 'local.key'), 'utf8').trim()}`,
        'content-type': 'application/json',
      }
      const reply = await fetch(running.url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // oxlint-disable-next-line typescript/no-explicit-any -- looked into field by field
      return (await reply.json()) as any
    }
    const idle = async (): Promise<void> => {
      for (;;) {
        const { machines } = await call('GET', '/api/v2/machines')
        if (machines.every(({ state }: { state: string }) => state === 'ready' || state === 'enrolled')) return
        await pause(100)
      }
    }
    await idle()
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const began = performance.now()
      const { lease } = await call('POST', '/api/v2/requests?wait=60s', { type: 'metal', keys: [key.line] })
      const answered = performance.now()
      const said = ssh(lease.machines[0], key.path, 'true')
      if (said.status !== 0) throw new Error(`no login: ${said.text}`)
      if (round >= 0) {
        totals.push(performance.now() - began)
        own.push(answered - began - playbooks.at(-1)!)
      }
      await call('POST', `/api/v2/leases/${lease.id}/done`)
      await idle()
    }
  } finally {
    endBoxes(join(dataDir, 'machines'))
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { login: timing(totals, 1), playbook: timing(playbooks.slice(WARM_UP), 1), own: timing(own, 1) }
}
