import { hash, timingSafeEqual } from 'node:crypto'
import { DUFFY, type Asked, type BuildUrl, type Fleet, type Instant } from '#core'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'
import { askAfter } from './ask.ts'
import type { JenkinsOptions } from './options.ts'
import { Watch, type Bound, type Finding } from './watch.ts'

export interface JenkinsPorts {
  ask(asked: Omit<Asked, 'at'>): Promise<unknown>
  read<T>(look: (fleet: Fleet, at: Instant) => T): Promise<T>
  /** Whether commands are being served. */
  readonly ready: () => boolean
  readonly log: Log
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
}

export interface Known {
  readonly name: string
  readonly url: string
  owns(build: BuildUrl): boolean
}

/** The name under which it asks. */
const DOOR = 'jenkins'
const EVERY_MS = 1_000

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
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer)
      await looking.stop()
    },
  }
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
