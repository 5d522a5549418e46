import { hash, timingSafeEqual } from 'node:crypto'
import { DUFFY, type Asked, type BuildUrl, type Change, type Fleet, type Instant, type Launch, type Lease } from '#core'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'
import { agents, type Agents } from './agents.ts'
import { askAfter } from './ask.ts'
import type { JenkinsOptions } from './options.ts'
import { Watch, type Bound, type Finding } from './watch.ts'

export interface JenkinsPorts {
  ask(asked: Omit<Asked, 'at'>): Promise<unknown>
  read<T>(look: (fleet: Fleet, at: Instant) => T): Promise<T>
  /** Whether commands are being served. */
  readonly ready: () => boolean
  readonly log: Log
  /** Calls back after each commit with what changed; the result ends it. */
  onCommit(listener: (commit: { readonly changes: readonly Change[] }) => void): () => void
  /** Tells the nodes of this Duffy from those of another on the same Jenkins. */
  readonly mark: string
  /** Milliseconds from anywhere, never set. */
  readonly monotonic?: () => number
  readonly everyMs?: number
}

/** The Jenkinses of a site. */
export interface JenkinsDesk extends AsyncDisposable {
  /** Where they are. */
  readonly urls: readonly string[]
  /** Whether a build is of one of them. */
  knows(build: BuildUrl): boolean
  /** Whose secret that is; null: nobody's. */
  bySecret(secret: string): Known | null
  named(name: string): Known | null
  /** Which Jenkins an agent would be of, by its name; or why there is none, with what to do about it. */
  agentsOf(build: BuildUrl | null, launch: Launch): { readonly name: string } | { readonly problem: string }
  /** Carries a run out, with what its playbook needs to know if it is to start an agent. */
  around: Agents['around']
}

export interface Known {
  readonly name: string
  readonly url: string
  owns(build: BuildUrl): boolean
}

/** The name under which it asks. */
const DOOR = 'jenkins'
const EVERY_MS = 1_000
/** How often nodes are looked through, besides after leases that had some. */
const TIDY_EVERY_MS = 60_000

/** Looks after builds: what is bound to one ends when its Jenkins says that it is over, or says nothing for too long. */
export const jenkins = (all: readonly JenkinsOptions[], ports: JenkinsPorts): JenkinsDesk => {
  const { log, monotonic = () => performance.now(), everyMs = EVERY_MS } = ports
  // The nearest comes first, where one is beneath another.
  const known = all.map(knownOf).toSorted((a, b) => b.url.length - a.url.length)
  const ownerOf = (build: BuildUrl) => known.find(({ url }) => build.startsWith(url))
  const shown = (one: (typeof known)[number]): Known => ({
    name: one.name,
    url: one.url,
    owns: (build) => ownerOf(build) === one,
  })
  const watches = known.flatMap((one) => {
    const { askEveryMs } = one.options
    if (askEveryMs === null) return []
    const tell = (build: BuildUrl, why: string): void =>
      log('warn', 'a Jenkins does not say whether a build runs', { jenkins: one.name, build, why })
    return [{ one, watch: new Watch({ ...one.options, askEveryMs }, (build) => askAfter(build, one.options), tell) }]
  })

  const round = async (): Promise<void> => {
    // A lane that has stopped stays so, and has said why.
    if (!ports.ready()) return
    const bound = await ports.read(boundIn)
    // One that is slow keeps no other waiting.
    const found = await Promise.all(
      watches.map(({ one, watch }) =>
        watch.round(
          bound.filter(({ url }) => ownerOf(url) === one),
          monotonic,
        ),
      ),
    )
    await put(ports, found.flat())
  }

  const looking = rounds(round, (fault) => log('error', 'builds could not be looked after', { fault }))
  const timer = watches.length === 0 ? null : setInterval(looking.ask, everyMs)
  const desk = agents(all, ports)
  const tidying = tidyNodes(all, desk, ports)
  return {
    urls: known.map(({ url }) => url).toSorted(),
    knows: (build) => ownerOf(build) !== undefined,
    bySecret: (secret) => {
      const given = hash('sha256', secret, 'buffer')
      const found = known.find(({ digest }) => digest !== null && timingSafeEqual(digest, given))
      return found === undefined ? null : shown(found)
    },
    named: (name) => {
      const found = known.find((one) => one.name === name)
      return found === undefined ? null : shown(found)
    },
    agentsOf: (build, launch) => agentsFor(build === null ? null : (ownerOf(build) ?? null), all, launch),
    around: desk.around,
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer)
      await looking.stop()
      await tidying[Symbol.asyncDispose]()
    },
  }
}

/** Where nobody has agents, nothing is looked through. */
const tidyNodes = (
  all: readonly JenkinsOptions[],
  desk: Agents,
  { ready, onCommit, log }: JenkinsPorts,
): AsyncDisposable => {
  const tidying = rounds(
    async () => (ready() ? desk.tidy() : undefined),
    (fault) => log('error', 'nodes could not be looked through', { fault }),
  )
  if (all.every((one) => one.agents === null)) return { [Symbol.asyncDispose]: () => tidying.stop() }
  const timer = setInterval(tidying.ask, TIDY_EVERY_MS)
  const unsubscribe = onCommit(({ changes }) => {
    if (changes.some(leavesNode)) tidying.ask()
  })
  tidying.ask()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      unsubscribe()
      await tidying.stop()
    },
  }
}

/** A lease whose machines call in has changed: it may be over, or have one less. */
const leavesNode = ({ table, last }: Change): boolean =>
  table === 'lease' && (last as Lease).agent?.launch === 'inbound'

const agentsFor = (
  owner: Pick<JenkinsOptions, 'name'> | null,
  all: readonly JenkinsOptions[],
  launch: Launch,
): { readonly name: string } | { readonly problem: string } => {
  const having = all.filter(({ agents: some, credentials }) =>
    launch === 'ssh' ? some?.sshKey != null : some !== null && credentials !== null,
  )
  const wants = launch === 'ssh' ? 'an "sshKey"' : 'a "user" with its "token"'
  const fix = `An operator can add them: "agents" in the config of a Jenkins, with ${wants}.`
  const found = owner === null ? having : having.filter(({ name }) => name === owner.name)
  const [one] = found
  if (one === undefined)
    return {
      problem: `${owner === null ? 'No Jenkins has' : `The Jenkins ${owner.name} has no`} ${launch} agents here. ${fix}`,
    }
  if (found.length === 1) return { name: one.name }
  const names = found.map(({ name }) => name).join(', ')
  return { problem: `Several Jenkinses have ${launch} agents here: ${names}. Say for which build it is: "build".` }
}

const knownOf = (options: JenkinsOptions) => ({
  name: options.name,
  url: options.url,
  digest: options.secret === null ? null : hash('sha256', options.secret(), 'buffer'),
  options,
})

/** The builds that something is bound to, in order of their addresses. */
const boundIn = (fleet: Fleet): Bound[] => {
  const seen = new Map<BuildUrl, boolean>()
  for (const bound of [...fleet.requestsFor.firsts(), ...fleet.leasesFor.firsts()]) {
    const { url } = bound.build!
    const all = [...fleet.requestsFor.of(url), ...fleet.leasesFor.of(url)]
    seen.set(
      url,
      all.every(({ build }) => build?.seen === true),
    )
  }
  return Array.from(seen, ([url, isSeen]) => ({ url, seen: isSeen })).toSorted((a, b) => (a.url < b.url ? -1 : 1))
}

const put = async ({ ask, log }: JenkinsPorts, found: readonly Finding[]): Promise<void> => {
  const running = found.flatMap((one) => (one.type === 'runs' ? [one.build] : []))
  const tell = (command: Asked['command']) => ask({ id: null, by: DUFFY, door: DOOR, command })
  if (running.length > 0) await tell({ do: 'noteBuilds', builds: running })
  for (const finding of found) {
    if (finding.type !== 'ended') continue
    log('info', 'a build is over, and what is bound to it comes back', { build: finding.build, end: finding.end })
    await tell({ do: 'endBuild', build: finding.build, end: finding.end })
  }
}
