import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DUFFY, endingsOf, isStale, routesOf, type Command, type Instant } from '#core'
import { ansible, type Ansible } from './ansible/ansible.ts'
import { artifactDesk } from './duffy/artifact-desk.ts'
import { collecting } from './artifacts/collecting.ts'
import { openArtifacts, type ArtifactOptions, type ArtifactStore } from './artifacts/store.ts'
import { loadConfig, type Settings } from './config/index.ts'
import { candidateDesk } from './duffy/candidate-desk.ts'
import { conversation } from './duffy/conversation.ts'
import { ticks } from './cron/cron.ts'
import { sha256 } from './digest.ts'
import { estimateDesk, type EstimateDesk } from './duffy/estimate-desk.ts'
import { feed } from './duffy/feed.ts'
import { firstKeys } from './duffy/first-keys.ts'
import { httpDoor } from './http/server.ts'
import { ircDoors, sayInIrc } from './duffy/irc-doors.ts'
import { jenkins, type JenkinsDesk } from './jenkins/jenkins.ts'
import { lane as openLane, type Lane } from './lane.ts'
import type { Log } from './log.ts'
import { mailDoor } from './duffy/mail-door.ts'
import { notices } from './notices/notices.ts'
import { applySite, BadConfig } from './duffy/site.ts'
import { presenceDesk } from './duffy/presence-desk.ts'
import { refusalDesk } from './duffy/refusal-desk.ts'
import { sayInSlack, slackDoor } from './duffy/slack-door.ts'
import { openStore } from './store/open.ts'
import type { Claim as StoredClaim, Store } from './store/port.ts'
import { verify } from './duffy/verify.ts'
import type { Claim } from './worker/ports.ts'
import { webhookDesk } from './duffy/webhook-desk.ts'
import { linkPageAt } from './link-code.ts'
import { worker } from './worker/worker.ts'

export interface DuffyPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly log: Log
  /** Looks over the shoulder of whoever performs runs: for benchmarks. Default: nobody does. */
  readonly watch?: (performer: Ansible) => Ansible
}

/** A running Duffy. */
export interface Duffy extends AsyncDisposable {
  /** Where it answers. */
  readonly url: string
  /** Reads the config again, and applies what may change while it runs: all but doors, paths and ports. */
  reload(): Promise<void>
}

/** Between the polite signal to a playbook and the deadly one. */
const KILL_GRACE_MS = 3_000
/** Runs that let people in have places of their own beside the others. */
const RESERVED_FOR_GRANTS = 2
/** How often the worker looks for runs that have become due, besides after every commit. */
const LOOK_EVERY_MS = 500
/** How long no run is begun after one that this host could not carry out. */
const HOST_FAULT_PAUSE_MS = 10_000

/** Clocks are set by that much without anybody being told. */
const CLOCK_TOLERANCE_MS = 60_000

/** Puts everything together and starts it, in order; disposing it stops everything, in reverse. Throws `BadConfig` with all faults. */
export const duffy = async ({
  environment,
  clock,
  log,
  watch = (performer) => performer,
}: DuffyPorts): Promise<Duffy> => {
  const settings = await settingsOf(environment)
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 })
  await using starting = new AsyncDisposableStack()
  const store = starting.use(await openStore({ file: join(settings.dataDir, 'duffy.db'), hash: sha256 }))
  const { fleet, head } = await store.load()
  if (head.at > clock() + CLOCK_TOLERANCE_MS) {
    const ahead = Math.round((head.at - clock()) / 60_000)
    log(
      'error',
      `the last record was made ${ahead} min from now: the clock was wrong then, or is now. Time goes on from there`,
    )
  }
  const onFault = (fault: unknown): void => log('error', 'the lane has a fault', { fault })
  const refusals = refusalDesk(clock)
  const lane = starting.use(openLane({ store, fleet, head, clock, hash: sha256, refusals, onFault }))
  const presence = starting.use(presenceDesk({ lane, log }))
  await presence.start()
  const site = applySite(lane, environment, log)
  await site.start(settings)
  await noteUnwarned(store, lane, clock() as Instant)
  await firstKeys(settings.dataDir, lane)

  const kept = starting.use(await openArtifacts(artifactOptions(settings, clock, log)))
  const performer = watch(performerOf(settings, environment))
  const world: World = { settings, store, lane, performer, kept, clock, log }
  const jenkinses = starting.use(startJenkins(world))
  starting.use(await startWorker(world, jenkinses))
  const desk = estimateDesk()
  const post = mailDoor(settings.mail, { lane, log })
  const { sendCode } = post
  const artifacts = artifactDesk(store, kept)
  const linkPage = linkPageAt(settings.http.publicUrl)
  const talk = (say: (line: string) => string) =>
    conversation({ lane, store, refusals, artifacts, desk, presence, sendCode, linkPage, say })
  const irc = starting.use(await ircDoors(settings.irc, talk(sayInIrc), log))
  const slack = starting.use(await slackDoor(settings.slack, { lane, store, talk: talk(sayInSlack), clock, log }))
  starting.use(startNotices(world, (name) => irc.door(name) ?? slack.door(name) ?? post.door(name)))
  const tidings = feed({
    head: () => lane.state().head.seq,
    records: (after, limit) => store.records(after, limit),
    request: (id) => store.request(id),
    lease: (id) => store.lease(id),
    onCommit: (listener) => lane.onCommit(listener),
  })
  const hooks = starting.use(await webhookDesk({ settings, store, lane, tidings, clock, log }))
  const http = await httpDoor({ ...settings.http, v3: settings.v3, legacy: settings.legacy }).start({
    lane,
    apiKey: (id) => fleet.apiKeys.get(id),
    ready: () => lane.state().stopped === null,
    store,
    refusals,
    artifacts,
    mounts: slack.mounts,
    estimates: (of, at) => desk.at(of, at),
    presence,
    feed: tidings,
    sendCode,
    jenkins: jenkinses,
    webhooks: hooks,
    candidates: candidateDesk(store),
    runLog: async (id) => textOf(await world.performer.log(id)),
    verify: () => verify(store, clock()),
    applySite: site.apply,
    clock,
    log,
  })
  starting.use(http)
  starting.use(startTicks(world, desk))
  const running = starting.move()
  return {
    url: http.url,
    reload: () => site.reload(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** What the outbox had to say of ends when Duffy stopped, and had not tried to: nobody was warned by that. */
const noteUnwarned = async (store: Store, lane: Lane, at: Instant): Promise<void> => {
  const untried = (await store.dueNotices(at, MOST_UNTRIED)).filter(({ attempts }) => attempts === 0)
  const leases = untried.flatMap(({ message }) => endingsOf(message).map(({ lease }) => lease))
  if (leases.length === 0) return
  await lane.ask({ id: null, by: DUFFY, door: 'start', command: { do: 'noteUnwarned', leases } })
}
const MOST_UNTRIED = 10_000

interface World {
  readonly settings: Settings
  readonly store: Store
  readonly lane: Lane
  readonly performer: Ansible
  readonly kept: ArtifactStore
  readonly clock: () => number
  readonly log: Log
}

const settingsOf = async (environment: DuffyPorts['environment']): Promise<Settings> => {
  const loaded = await loadConfig({ environment })
  if (loaded.status === 'faulty') throw new BadConfig(loaded.file, loaded.faults)
  return loaded.settings
}

const artifactOptions = ({ artifacts, retention }: Settings, clock: () => number, log: Log): ArtifactOptions => ({
  directory: artifacts.folder,
  keepMs: retention.artifactsMs,
  mostBytes: artifacts.mostBytes,
  mostBytesPerTenant: artifacts.mostBytesPerTenant,
  clock,
  log,
})

const performerOf = ({ ansible: how, dataDir }: Settings, environment: DuffyPorts['environment']): Ansible =>
  ansible({
    playbooksDir: how.playbooksDir,
    extraPlaybooksDirs: how.extraPlaybooksDirs,
    runsDir: join(dataDir, 'runs'),
    stateDir: join(dataDir, 'machines'),
    logLimitBytes: how.logLimitBytes,
    killGraceMs: KILL_GRACE_MS,
    environment: { PATH: environment['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
    ...(how.infrastructureKey === null ? {} : { infrastructureKey: how.infrastructureKey }),
  })

const startWorker = (
  { settings, store, lane, performer, kept, clock, log }: World,
  { around }: Pick<JenkinsDesk, 'around'>,
): Promise<AsyncDisposable> =>
  worker({
    concurrency: settings.ansible.concurrency,
    reservedForGrants: RESERVED_FOR_GRANTS,
    lookEveryMs: LOOK_EVERY_MS,
    hostFaultPauseMs: HOST_FAULT_PAUSE_MS,
  }).start({
    ask: (asked) => lane.ask(asked),
    read: (question) => lane.read(question),
    onCommit: (listener) => lane.onCommit(listener),
    claims: {
      all: async () => (await store.claims()).flatMap(asClaim),
      put: async ({ run, group }) => {
        await store.claim(run, { ...group, startTicks: Number(group.startTicks) }, clock() as Instant)
      },
      remove: (run) => store.release(run),
    },
    performer: {
      perform: collecting(
        (order, own) => around(order, (ready) => performer.perform(ready, { ...own, onProgress: () => {} })),
        { store: kept, log },
      ),
      killOrphan: (group) => performer.killOrphan(group),
    },
    log,
  })

/** A claim without a group never got as far as a process. */
const asClaim = ({ run, pgid, startTicks, host, bootId }: StoredClaim): Claim[] =>
  pgid === null || startTicks === null ? [] : [{ run, group: { host, bootId, pgid, startTicks: String(startTicks) } }]

const startJenkins = ({ settings, lane, log }: World): JenkinsDesk => {
  const known = settings.jenkins.map(({ secret, credentials, ...rest }) => ({
    ...rest,
    secret: secret === null ? null : () => secret.reveal(),
    credentials: credentials === null ? null : { user: credentials.user, token: () => credentials.token.reveal() },
  }))
  return jenkins(known, {
    ask: (asked) => lane.ask(asked),
    read: (look) => lane.read(look),
    ready: () => lane.state().stopped === null,
    onCommit: (listener) => lane.onCommit(listener),
    mark: sha256(`${hostname()} ${settings.dataDir}`).slice(0, 12),
    log,
  })
}

const startNotices = (
  { store, lane, clock, log }: World,
  door: Parameters<typeof notices>[0]['door'],
): AsyncDisposable =>
  notices({
    due: async (limit, except) =>
      (await store.dueNotices(clock() as Instant, limit, except)).map(({ id, to, message, attempts }) => ({
        id,
        notice: { to, message },
        attempts,
      })),
    routes: (notice) =>
      lane.read((fleet, at) => (isStale(fleet, notice.message, at) ? null : routesOf(fleet, notice.to))),
    sent: (id) => store.noticeSent(id, clock() as Instant),
    failed(id, failure, retryAfterMs) {
      const at = clock() as Instant
      return store.noticeFailed(id, failure, at, retryAfterMs === null ? null : ((at + retryAfterMs) as Instant))
    },
    door,
    onCommit: (listener) => lane.onCommit(listener),
    log,
  })

/** Time passing is a command too. */
const startTicks = ({ settings, store, lane, performer, kept, clock, log }: World, desk: EstimateDesk): Disposable => {
  const sweep = async (): Promise<void> => {
    // A lane that has stopped stays so: once a second would bury in the log why.
    if (lane.state().stopped !== null) return
    const given = desk.takeGiven()
    const tell = (command: Command) => lane.ask({ id: null, by: DUFFY, door: 'cron', command })
    // Asked together they are decided together: what was estimated costs no commit of its own where anything is due.
    await Promise.all([tell({ do: 'sweep' }), ...(given.length > 0 ? [tell({ do: 'noteEstimates', given })] : [])])
  }
  const prune = async (): Promise<void> => {
    await store.prune((clock() - settings.retention.answersMs) as Instant)
    await performer.prune(clock() - settings.retention.runsMs)
    await kept.prune()
  }
  const jobs = [
    { name: 'sweep', when: settings.cron.sweep, run: sweep },
    { name: 'prune', when: settings.cron.prune, run: prune },
  ]
  return ticks(jobs, (job, fault) => log('error', `${job} failed`, { fault }))
}

const textOf = (logs: ReadonlyMap<number, string>): string | null =>
  logs.size === 0 ? null : [...logs.values()].join('\n')
