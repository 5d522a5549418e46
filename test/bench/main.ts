/**
 * `npm run bench`: what Duffy costs, as ratios to a raw probe of the same run; `npm run bench -- quick` in a minute, and
 * `npm run bench -- decisions` only what a decision costs in core alone, `npm run bench -- older` only the doors for older clients.
 * The figures of the lane and of HTTP are taken with driver null, those of the login with real Ansible and real machines.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Timing } from './callers.ts'
import { benchDecisions, fitted, rawSort, type DecisionFigures } from './decisions.ts'
import { benchEstimates } from './estimates.ts'
import { benchHttp, benchOlder, benchOlderGrants } from './http.ts'
import { benchLane } from './lane.ts'
import { benchLogin } from './login.ts'
import { rawAllocations } from './raw.ts'
import { benchSimulate } from './simulate.ts'

const quick = process.argv.includes('quick')
const ms = quick ? 1_500 : 5_000
const dir = mkdtempSync(join(tmpdir(), 'duffy-bench-'))
const line = (...cells: (string | number)[]): void =>
  console.log(cells.map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(12))).join(''))
const round = (value: number, digits = 0): string => value.toFixed(digits)
const told = ({ perSecond, p50, p99 }: Timing, raw: number): string[] => [
  round(perSecond),
  `${round(perSecond / raw, 2)}x`,
  round(p50, 2),
  round(p99, 2),
]

try {
  if (process.argv.includes('decisions')) tellDecisions()
  else if (process.argv.includes('older')) await tellOlder(probed())
  else await tellAll()
} finally {
  rmSync(dir, { recursive: true, force: true })
}

/** The raw probe, said as well. */
function probed(): number {
  const raw = rawAllocations(join(dir, 'raw.db'), { machines: 10_000, ms })
  line('raw better-sqlite3, a transaction each', `${round(raw)}/s`)
  return raw
}

async function tellAll(): Promise<void> {
  let probes = 0
  const probe = (): number => rawAllocations(join(dir, `raw-${(probes += 1)}.db`), { machines: 10_000, ms })
  const first = probe()
  line('raw better-sqlite3, a transaction each', `${round(first)}/s`)
  console.log('\nThe lane alone, driver null (no playbooks), commands a second:')
  line('', 'per s', 'of raw', 'p50 ms', 'p99 ms', 'CPU µs', 'start ms', 'tick µs')
  for (const machines of [100, 10_000, 100_000]) {
    const { one, many, cpuMicros, coldStartMs, idleTickMicros } = await benchLane(dir, machines, ms)
    line(`${machines} machines, 1 caller`, ...told(one, first))
    line(
      `${machines} machines, 32 callers`,
      ...told(many, first),
      round(cpuMicros),
      round(coldStartMs),
      round(idleTickMicros),
    )
  }
  tellDecisions()

  const lived = benchSimulate(quick ? 4 : 26)
  console.log('\nA simulated site of 40 machines (duffy simulate), events:')
  line('', 'events', 'per s', 'of raw', 'per CPU s')
  line(
    'a described load',
    lived.events,
    round(lived.perSecond),
    `${round(lived.perSecond / first, 1)}x`,
    round(lived.perCpuSecond),
  )

  const second = probe()
  console.log(
    `\nOver HTTP, 10,000 machines, driver null (no playbooks); half get, half done; raw again: ${round(second)}/s`,
  )
  line('', 'per s', 'of raw', 'get p50 ms', 'get p99 ms')
  const clients = [1, 32]
  for (const [index, timing] of (await benchHttp(clients, ms)).entries())
    line(`${clients[index]} clients`, ...told(timing, second))

  await tellOlder(second)

  const estimates = benchEstimates()
  const cost = (ms_: number): string[] => [round(ms_, 2), `${round(ms_ / estimates.raw, 2)}x`]
  console.log(`\nSaying when somebody will be served, 500 machines lent, ${estimates.waiting} requests waiting:`)
  line('', 'ms', 'of raw')
  line('raw: sorting 100,000 numbers', ...cost(estimates.raw))
  line('the first in line', ...cost(estimates.first))
  line('one in the middle', ...cost(estimates.middle))
  line('each of fifty who look again and again', ...cost(estimates.desk))

  console.log('\nReal machines (nsbox) and real Ansible, one person, the default config:')
  const { login, playbook, own } = await benchLogin(quick ? 10 : 40)
  line('', 'p50 ms', 'p99 ms', 'rounds')
  line('get to a working SSH login', round(login.p50), round(login.p99), login.count)
  line('of which the playbook', round(playbook.p50), round(playbook.p99), playbook.count)
  line('of which Duffy itself', round(own.p50, 1), round(own.p99, 1), own.count)
}

/** The doors for older clients: what they cost by themselves, and with what a real grant takes. */
async function tellOlder(raw: number): Promise<void> {
  console.log('\nThe doors for older clients, 3,000 machines, driver null (no playbooks); half get, half done:')
  line('', 'per s', 'of raw', 'get p50 ms', 'get p99 ms')
  const few = [1, 4, 16]
  const older = await benchOlder(few, ms)
  for (const [index, timing] of older.v3.entries())
    line(`/api/v1/sessions, ${few[index]} clients`, ...told(timing, raw))
  for (const [index, timing] of older.legacy.entries()) line(`/Node/get, ${few[index]} clients`, ...told(timing, raw))

  console.log('The same with real machines (nsbox) and real grants by Ansible, one client, the default config:')
  line('', 'get p50 ms', 'get p99 ms', 'rounds')
  const { v3, legacy } = await benchOlderGrants(quick ? 5 : 20)
  line('/api/v1/sessions', round(v3.p50), round(v3.p99), v3.count)
  line('/Node/get', round(legacy.p50), round(legacy.p99), legacy.count)
}

/** The core alone: microseconds a command, and how that grows with the logarithms of machines and of those who wait. */
function tellDecisions(): void {
  const raw = rawSort(ms / 5)
  console.log(`\nDecisions in core alone, µs a command (and a second); raw, sorting 1,000 numbers: ${round(raw, 1)} µs`)
  line('machines, waiting (demands)', 'granted', 'waits', 'passed on', 'a place', 'granted/s')
  const figures: DecisionFigures[] = []
  for (const machines of [100, 10_000, 100_000])
    for (const queue of quick ? [0, 100] : [0, 100, 1_000, 10_000]) {
      const one = benchDecisions(machines, queue, ms / 5)
      figures.push(one)
      const { granted, waiting, turnover, position } = one
      line(
        `${machines}, ${queue} (${one.demands})`,
        ...[granted, waiting, turnover, position].map((micros) => round(micros)),
        round(1e6 / granted),
      )
    }
  for (const what of ['granted', 'waiting', 'turnover'] as const) {
    const { a, b, c, off } = fitted(figures.map((one) => ({ ...one, cost: one[what] })))
    console.log(
      `${what}: ${round(a)} + ${round(b, 1)} log2(machines) + ${round(c, 1)} log2(1 + waiting) µs, ${round(off)} µs off at most`,
    )
  }
}
