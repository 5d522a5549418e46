import { createHash } from 'node:crypto'
import {
  chain,
  decide,
  estimatesAt,
  Fleet,
  NO_HASH,
  orderOf,
  pending,
  refused,
  saysMore,
  type Asked,
  type AuditRecord,
  type Change,
  type Command,
  type Identity,
  type Instant,
  type Lease,
  type MachineRequest,
  type Outcome,
  type PastRun,
  type Refusal,
  type Role,
  type Run,
  type TenantName,
} from '#core'
import { candidateDesk } from '../../../adapters/duffy/candidate-desk.ts'
import { newApiKey } from '../../../adapters/http/api-key.ts'
import type { HttpOptions } from '../../../adapters/http/options.ts'
import type { Ports, Reply } from '../../../adapters/http/ports.ts'
import { feed } from '../../../adapters/duffy/feed.ts'
import { refusalDesk } from '../../../adapters/duffy/refusal-desk.ts'
import { httpDoor, type RunningDoor } from '../../../adapters/http/server.ts'
import { KEY, machinesOf, platformOf, poolOf, siteOf, tenantOf } from '../../kit/site.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The Jenkins `main`, by its secret, and one that nothing is known of but where it is. */
export const JENKINS_SECRET = 'a secret of twenty characters'
const MAIN = {
  name: 'main',
  url: 'https://jenkins.example.org/',
  owns: (build: string) => build.startsWith('https://jenkins.example.org/'),
}
const JENKINSES: NonNullable<Ports['jenkins']> = {
  urls: [MAIN.url, 'https://other.example.org/'],
  knows: (build) => /^https:\/\/(jenkins|other)\.example\.org\//.test(build),
  bySecret: (secret) => (secret === JENKINS_SECRET ? MAIN : null),
  named: (name) => (name === 'main' ? MAIN : null),
  agentsOf: (_, launch) => (launch === 'inbound' ? { name: 'main' } : { problem: 'No Jenkins has ssh agents here.' }),
}

export const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB'

/** Two platforms of two metal machines, whose tenants may hold three; and a pool of one VM. */
const SITE = siteOf({
  pools: [poolOf('metal', { steps: ['grant', 'recycle'] }), poolOf('vm', { type: 'vm', steps: ['collect'] })],
  machines: [...machinesOf('metal', 'intel', 2), ...machinesOf('metal', 'amd', 2), ...machinesOf('vm', 'any', 1)],
  platforms: ['amd', 'intel', 'any'].map((name) => platformOf(name)),
  tenants: [tenantOf('alice', { quota: 3 }), tenantOf('bob', { quota: 3, keys: [KEY] })],
})

/** The same with so many AMD machines. */
export const siteWithAmd = (count: number) => ({
  ...SITE,
  digest: `${count} of amd`,
  machines: [...SITE.machines.filter(({ platform }) => platform !== 'amd'), ...machinesOf('metal', 'amd', count)],
})

/** A Duffy in memory: the real core behind a lane that commits at once. What its machines do is for the test to say. */
export class FakeDuffy {
  readonly fleet = new Fleet()
  readonly records: AuditRecord[] = []
  readonly logged: { level: string; message: string; data: unknown }[] = []
  readonly keys = { alice: '', bob: '', operator: '' }
  at = Date.UTC(2026, 10, 23, 12) as Instant
  /** What the next command meets instead of being decided. */
  trouble: Error | null = null
  /** Whether runs are performed as soon as they are owed. */
  prompt = false
  /** What every run has printed; what it is called, unless a test says. */
  log: string | null = null
  /** What the next commands are answered, whatever they are. */
  answer: Reply | null = null
  isReady = true
  /** What was collected. */
  artifacts: NonNullable<Ports['artifacts']> | null = null
  verified = { ok: true, records: 7, head: 'abc', faults: [] as string[] }
  /** Requests that somebody asked after. */
  looks: string[] = []
  applied: { dryRun: boolean; by: Identity }[] = []
  readonly #listeners = new Set<(commit: { changes: readonly Change[] }) => void>()
  readonly refusals = refusalDesk(() => this.at)
  readonly #answers = new Map<string, { digest: string; reply: Reply }>()
  readonly #leases = new Map<string, Lease>()
  readonly #requests = new Map<string, MachineRequest>()
  readonly #runs = new Map<string, PastRun>()

  constructor() {
    this.does({ do: 'configure', site: SITE })
    this.keys.alice = this.#key('alice', 'member')
    this.keys.bob = this.#key('bob', 'member')
    this.keys.operator = this.#key('bob', 'operator')
    this.work()
  }

  /** A command of Duffy's own. */
  does(command: Command): Outcome {
    const reply = this.#decide({ id: null, by: 'duffy' as Identity, door: 'test', command })
    if (reply.type === 'refused') throw new Error(`refused: ${JSON.stringify(reply.refusal)}`)
    return reply.outcome
  }

  /** Performs every run that is owed, well. */
  work(): void {
    for (let run = this.#next(); run !== undefined; run = this.#next()) {
      const order = orderOf(this.fleet, run)
      const report = { address: '192.0.2.7', port: 2222, user: 'ci', hostKeys: [HOST_KEY], facts: { disk: 1 } }
      this.#runs.set(run.id, { run, ended: { at: this.at, outcome: 'ok', message: '' } })
      this.does({ do: 'finishRun', run: run.id, fence: run.fence, result: { outcome: 'ok', report } })
      if (order.attempt > 1) throw new Error('a run of the fake failed')
    }
  }

  /** Lets one machine of a lease fail to let its tenant in, then performs what is owed. Which one it was. */
  breaks(): string {
    const run = [...this.fleet.runs.values()].find(({ step }) => step === 'grant')!
    const result = { outcome: 'unreachable', message: 'ssh: no route to host' } as const
    this.does({ do: 'finishRun', run: run.id, fence: run.fence, result })
    this.pass(0)
    return run.machine
  }

  pass(ms: number): void {
    this.at = (this.at + ms) as Instant
    this.does({ do: 'sweep' })
    this.work()
  }

  get listeners(): number {
    return this.#listeners.size
  }

  ports(): Ports {
    return {
      lane: {
        ask: async (asked) => {
          const reply = this.#ask(asked)
          if (this.prompt) this.work()
          return reply
        },
        read: async (look) => look(this.fleet, this.at),
        onCommit: (listener) => {
          this.#listeners.add(listener)
          return () => void this.#listeners.delete(listener)
        },
      },
      apiKey: (id) => this.fleet.apiKeys.get(id),
      ready: () => this.isReady,
      store: {
        records: async (after, limit) => this.records.slice(after, after + limit),
        request: async (id) => this.#requests.get(id),
        lease: async (id) => this.#leases.get(id),
        run: async (id) => this.#runs.get(id),
        runsOf: async (of, limit) => this.#runsOf(of, limit),
      },
      candidates: candidateDesk({ records: async (after, limit) => this.records.slice(after, after + limit) }),
      refusals: this.refusals,
      feed: feed({
        head: () => this.records.length,
        records: async (after, limit) => this.records.slice(after, after + limit),
        request: async (id) => this.#requests.get(id),
        lease: async (id) => this.#leases.get(id),
        onCommit: (listener) => {
          this.#listeners.add(listener)
          return () => void this.#listeners.delete(listener)
        },
      }),
      presence: {
        seen: (requests) => void this.looks.push(...requests),
        attend: () => () => {},
        leavePlace: async (request) => void this.does({ do: 'leavePlaces', requests: [request] }),
        left: (request, tenant) => void this.does({ do: 'leave', request, tenant }),
      },
      estimates: estimatesAt,
      webhooks: {
        faultOf: (url) => (url.startsWith('https://') ? null : 'Give an address such as https://ci.example.org/duffy.'),
        secretOf: (id) => `whsec_${id}`,
      },
      jenkins: JENKINSES,
      artifacts: {
        of: async (lease) =>
          (await this.artifacts?.of(lease)) ?? { lease, artifacts: [], leftOut: [], leftOutMore: 0, failed: [] },
        named: async (id) => (await this.artifacts?.named(id)) ?? null,
      },
      runLog: async (id) => (this.#runs.has(id) ? (this.log ?? `PLAY of ${id}\n`) : null),
      verify: async () => this.verified,
      applySite: async (options) => {
        this.applied.push(options)
        return { type: options.dryRun ? 'wouldApply' : 'applied', changes: ['pool metal'] }
      },
      clock: () => this.at,
      log: (level, message, data) => void this.logged.push({ level, message, data }),
    }
  }

  #runsOf(of: { machine?: string; lease?: string }, limit: number): PastRun[] {
    const found = [...this.#runs.values()].filter(({ run }) =>
      of.machine === undefined ? run.lease === of.lease : run.machine === of.machine,
    )
    return found.toReversed().slice(0, limit)
  }

  #key(tenant: string, role: Role): string {
    const { text, apiKey } = newApiKey({ tenant: tenant as TenantName, role, note: '' })
    this.does({ do: 'addApiKey', apiKey })
    return text
  }

  #next(): Run | undefined {
    return pending(this.fleet, this.at).next().value ?? undefined
  }

  #ask(asked: Omit<Asked, 'at'>): Reply {
    if (this.trouble !== null) throw this.trouble
    if (this.answer !== null) return this.answer
    if (asked.id === null) return this.#decide(asked)
    const key = JSON.stringify([asked.by, asked.door, asked.id])
    const digest = JSON.stringify(asked.command)
    const known = this.#answers.get(key)
    if (known !== undefined) {
      return known.digest === digest
        ? { ...known.reply, repeat: true }
        : { type: 'refused', refusal: { type: 'idUsedBefore', id: asked.id } }
    }
    const reply = this.#decide(asked)
    this.#answers.set(key, { digest, reply })
    return reply
  }

  #decide(asked: Omit<Asked, 'at'>): Reply {
    const decision = decide(this.fleet, { ...asked, at: this.at })
    const changes = this.fleet.journal.changes()
    this.fleet.journal.keep()
    if (decision.type === 'refused') return this.#refused(asked, decision.refusal)
    this.#record(asked, decision.events)
    for (const { table, key, last } of changes) {
      if (table === 'lease') this.#leases.set(String(key), last as Lease)
      if (table === 'request') this.#requests.set(String(key), last as MachineRequest)
    }
    for (const listener of this.#listeners) listener({ changes })
    return { type: 'accepted', outcome: decision.outcome }
  }

  #refused(asked: Omit<Asked, 'at'>, refusal: Refusal): Reply {
    const known = this.refusals.explains(asked.door)
      ? refused(this.fleet, { ...asked, at: this.at }, refusal, sha256)
      : null
    if (known === null) return { type: 'refused', refusal }
    this.refusals.keep([known])
    return { type: 'refused', refusal, why: { ref: known.ref, more: saysMore(known) } }
  }

  #record({ by, door, id, command }: Omit<Asked, 'at'>, events: readonly unknown[]): void {
    if (events.length === 0) return
    const text = JSON.stringify({ v: 1, at: this.at, by, door, id, do: command.do, events })
    const seq = this.records.length + 1
    this.records.push({ seq, text, hash: chain(sha256, this.records.at(-1)?.hash ?? NO_HASH, seq, text) })
  }
}

export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // oxlint-disable-next-line no-explicit-any -- whatever the server says
  readonly body: any
}

/** A fake Duffy behind a real door on a free port, with a client. */
export interface Served extends AsyncDisposable {
  readonly duffy: FakeDuffy
  readonly door: RunningDoor
  readonly url: string
  call(method: string, path: string, options?: CallOptions): Promise<Told>
}

export interface CallOptions {
  readonly as?: 'alice' | 'bob' | 'operator' | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export const serve = async (options: HttpOptions = {}): Promise<Served> => {
  const duffy = new FakeDuffy()
  const door = await httpDoor({ port: 0, ...options }).start(duffy.ports())
  const call: Served['call'] = async (method, path, { as = 'alice', body, headers = {}, signal } = {}) => {
    const response = await fetch(`${door.url}${path}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${duffy.keys[as]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }
  return { duffy, door, url: door.url, call, [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() }
}

export { until } from '../../kit/until.ts'
