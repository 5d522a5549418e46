import type { JsonObject, Step } from '#core'
import type { IrcConfig, MailConfig, SlackConfig } from './doors.ts'
import type { JenkinsConfig } from './jenkins.ts'
import type { LegacyConfig, V3Config } from './facades.ts'
import type { Span } from './kinds.ts'
import type { OperatorsConfig } from './operators.ts'
import type { ArtifactsConfig, CronConfig, RetentionConfig } from './upkeep.ts'
import type { WebhooksConfig } from './webhooks.ts'

/** What `duffy.config.ts` says about a site. Names are small letters, digits and dashes, at most 41 of them. */
export interface Config {
  /** Where the database, the logs and the keys live. Default: `var`. `DUFFY_DATA_DIR` goes before it. */
  readonly dataDir?: string
  /** What makes two machines alike for a user. A tenant that got one platform keeps getting it. */
  readonly platforms: Readonly<Record<string, PlatformConfig>>
  /** Machines under one policy and one driver. */
  readonly pools: Readonly<Record<string, PoolConfig>>
  /** The projects that leases are charged to. */
  readonly tenants?: Readonly<Record<string, TenantConfig>>
  readonly limits?: LimitsConfig
  /** IRC networks by name; the name is the first half of every identity there: `irc:<name>:<account>`. Default: none. */
  readonly irc?: Readonly<Record<string, IrcConfig>>
  /** The Slack workspace that people may ask in: `slack:<team>:<user>`. Default: none. `docs/slack.md` says how to set it up. */
  readonly slack?: SlackConfig
  /** Where operators are told what they should know, and where they are obeyed. */
  readonly operators?: OperatorsConfig
  /** Where people are told by mail what no chat took. Default: none; then nobody can link an address. */
  readonly mail?: MailConfig
  /** The Jenkinses whose builds ask for machines, by name; `jenkins:<name>` is who speaks with its secret. Default: none. */
  readonly jenkins?: Readonly<Record<string, JenkinsConfig>>
  readonly http?: HttpConfig
  /** The API of Duffy v3, under `/api/v1`, for clients that speak it. */
  readonly v3?: V3Config
  /** The API before Duffy v3, `/Node/get` and so on, for cico and scripts. */
  readonly legacy?: LegacyConfig
  /** Where what happens may be posted to. */
  readonly webhooks?: WebhooksConfig
  readonly ansible?: AnsibleConfig
  readonly cron?: CronConfig
  readonly retention?: RetentionConfig
  readonly artifacts?: ArtifactsConfig
}

export interface PlatformConfig {
  /** The processor architecture, as people ask for it: `x86_64`, `aarch64`. */
  readonly arch: string
  /** Who made the processor: `intel`, `amd`, `ampere`. A tenant whose home is of one vendor gets another's only where it asks for that. */
  readonly vendor: string
  /** Of the server, or of the processor. Platforms of one model are nearer to one another. Default: not said. */
  readonly model?: string
  /** Platforms with as much memory are nearer to one another. Default: not said. */
  readonly memoryGiB?: number
  /** One line for people. Default: none. */
  readonly description?: string
}

export interface PoolConfig {
  readonly type: 'metal' | 'vm'
  /** A folder of playbooks, `drivers/<driver>/`, in `playbooks/` or in one of `ansible.playbookDirs`. */
  readonly driver: string
  /** A fixed pool: machines that always exist. */
  readonly machines?: readonly MachineConfig[]
  /** An elastic pool: machines that exist only while they are wanted. Virtual machines only. */
  readonly elastic?: ElasticConfig
  /**
   * Machines to keep ready ahead of demand: a number, or `'predicted'`, as many as each hour of the week needed in the weeks before.
   * Default: all of a fixed pool, none of an elastic one.
   */
  readonly ready?: number | 'predicted' | PredictedConfig
  /**
   * What follows a lease: made clean in place, installed anew, or turned off and made clean when next provisioned.
   * Default: `recycle` in a fixed pool, `shutdown` in an elastic one.
   */
  readonly afterLease?: 'recycle' | 'rebuild' | 'shutdown'
  /** The steps that the driver performs; any other counts as done. Default: those for which it has a playbook. */
  readonly steps?: readonly Step[]
  /** How long a lease lasts when nobody says. Default: `2h`, or `longest` where that is shorter. */
  readonly lease?: Span
  /** How long a lease may last, extensions included. Default: `24h`. */
  readonly longest?: Span
  /** How long after its end a lease can still be extended before the machine is taken back. Default: `5m`. */
  readonly grace?: Span
  /** How long a lease may be in preparation before it is given up. Default: `15m`. */
  readonly prepare?: Span
  /** How long a request that prefers its home platform waits for it before it takes another. Default: `10m`. */
  readonly preferWait?: Span
  /**
   * How the machines of a request for several share chassis, unless it says so itself: `spread`, on as many as can be; `pack`, on
   * as few. Among equally worn machines only. Default: `any`.
   */
  readonly chassis?: 'spread' | 'pack' | 'any'
  /** How long a ready machine may go without being checked. Default: `30m`. */
  readonly checkEvery?: Span
  /**
   * Every healthy machine of a fixed pool is leased within it, or burnt in: the driver's step `burnin`, without which nothing
   * is promised. Default: `7d`.
   */
  readonly idleLimit?: Span
  /**
   * After how long each step is killed. Default: provision `10m`, check `1m`, grant `2m`, revoke `2m`, collect `5m`,
   * recycle `10m`, rebuild `30m`, shutdown `5m`, burnin `10m`.
   */
  readonly deadlines?: Readonly<Partial<Record<Step, Span>>>
  /** Failures in a row that put a machine in quarantine. Default: 3. */
  readonly failureLimit?: number
  /** The pause before a failed step is tried again; doubled each time. Default: `5s`. */
  readonly backoff?: Span
  /** The pause before a machine in quarantine is tried again; doubled each time. Default: `10m`. */
  readonly probation?: Span
  /** When a machine is taken for unwell because it fails more often than its platform does, and what then. */
  readonly health?: HealthConfig
}

export interface HealthConfig {
  /** A machine that fails as its platform does is quarantined once in so many outcomes (of steps, leases, burn-ins), at most. Default: 100000. */
  readonly falseAlarmEvery?: number
  /** Of the pool's machines, the share that may be away for their outcomes at the same time; one at least, none if 0. Default: 0.1. */
  readonly mostShare?: number
  /** A machine quarantined more often than this, for whatever reason, stays so until an operator says `readmit`. Default: 3. */
  readonly quarantines?: number
  /** The span in which those are counted. Default: `30d`. */
  readonly within?: Span
}

/** How a level follows demand; what it is above the prediction is turned off again. */
export interface PredictedConfig {
  /** The chance that more is wanted, while a machine is made, than is ready: from 0.0001 to 0.5. Default: 0.05. */
  readonly missProbability?: number
  /** Never fewer. Default: 0. */
  readonly least?: number
  /** Never more. Default: all machines of the pool. */
  readonly most?: number
  /** The level until a week has been seen. Default: as many as a pool that says nothing of `ready` keeps. */
  readonly atFirst?: number
}

export interface MachineConfig {
  /** Unique in the whole site, and its host name. */
  readonly name: string
  readonly platform: string
  /** The enclosure, rack or host that it shares power or a switch with, by a name of its own. Default: not said. */
  readonly chassis?: string
  /** Words that a request can ask for. Default: none. */
  readonly labels?: readonly string[]
  /** Handed to the driver's playbooks as they are; never a secret, for they are kept in the log. Default: none. */
  readonly variables?: JsonObject
}

export interface ElasticConfig {
  /** How many there may be at once. */
  readonly most: number
  /** They are named `<name>-1`, `<name>-2` and so on. */
  readonly name: string
  readonly platform: string
  /** Default: none. */
  readonly labels?: readonly string[]
  /** Default: none. */
  readonly variables?: JsonObject
}

export interface TenantConfig {
  /** Machines it may hold at once. Default: 10. */
  readonly quota?: number
  /** Its share where machines are scarce: a tenant of weight 2 gets twice as many as one of weight 1. Default: 1. */
  readonly weight?: number
  /** The highest priority, 0 to 9, that it may ask for; a higher one is served first. Default: 0. */
  readonly priority?: number
  /**
   * Who speaks for it: `irc:<network>:<account>`, `slack:<team>:<user>`; with `*` in the last place, everybody whom that network or
   * team vouches for; `jenkins:<name>`, a Jenkins of this config. Default: nobody.
   */
  readonly members?: readonly string[]
  /** SSH public keys let in where neither a request nor its asker names one. Default: none. */
  readonly keys?: readonly string[]
  /** How long its leases last when nobody says; no longer than `longest`. Default: as long as the pool says. */
  readonly lease?: Span
  /** Its own longest lease, where that is shorter than the pool's. Default: the pool's. */
  readonly longest?: Span
  /** What it may keep for debugging after a failure. */
  readonly holds?: HoldsConfig
}

export interface HoldsConfig {
  /** Machines kept at once; they count against the quota too. Default: 1. */
  readonly most?: number
  /** How long each, from when it is first kept; it may outlast the longest lease. Default: `24h`. */
  readonly longest?: Span
}

/** Every bound that a user can meet. */
export interface LimitsConfig {
  /** Machines in one request. Default: 100. */
  readonly machinesPerRequest?: number
  /** Requests waiting at once, all tenants together. Default: 10,000. */
  readonly waitingRequests?: number
  /** Default: 1,000. */
  readonly waitingRequestsPerTenant?: number
  /** How often others are served before a request that is first in its line, until it goes before everybody. Default: 20. */
  readonly overtakenMost?: number
  /**
   * A request that waits, of a program that can be told nowhere (no `notify`), is given up once nobody has asked for so long
   * how it stands; a request may say another time, or `keepPlace`. Default: `1h`.
   */
  readonly pollWithin?: Span
  /** The shortest such time that a request may say. Default: `10s`. */
  readonly shortestPoll?: Span
  /** Reservations of a tenant that are still to begin. Default: 20. */
  readonly reservationsPerTenant?: number
  /** How far ahead machines can be reserved. Default: `30d`. */
  readonly reservedAhead?: Span
  /** SSH keys that a person may keep. Default: 20. */
  readonly keysPerPerson?: number
  /** SSH keys in one request. Default: 20. */
  readonly keysPerRequest?: number
  /** The shortest lease. Default: `1m`. */
  readonly shortest?: Span
  /** Characters of a reason. Default: 200. */
  readonly reasonLength?: number
  /** Default: 10. */
  readonly labelsPerRequest?: number
  /** Default: 20. */
  readonly metadataEntries?: number
  /** Characters of one metadata value. Default: 500. */
  readonly metadataLength?: number
  /** Paths to collect that one request, or one `done`, may name. Default: 20. */
  readonly pathsPerRequest?: number
  /** Files collected from one machine. Default: 1,000. */
  readonly artifactFiles?: number
  /** All of them together, in MiB. Default: 1,024. */
  readonly artifactMiB?: number
  /** Minutes before its end at which a lease's owner is warned. A warning needs a lease twice as long. Default: 30 and 5. */
  readonly warnMinutes?: readonly number[]
}

export interface HttpConfig {
  /** The address to listen on. Default: `127.0.0.1`. `DUFFY_HOST` goes before it. */
  readonly host?: string
  /** Default: 8080; 0 takes any free port. `DUFFY_PORT` goes before it. */
  readonly port?: number
  /** How people reach Duffy, for links: `https://duffy.example.org`. Default: the address it listens on. */
  readonly publicUrl?: string
  /** PEM files: the chain of certificates, and its key. Default: plain HTTP, which a host other than this one is refused. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Believe the `X-Forwarded-For` of whoever connects (true), or of these addresses and networks. Default: false. */
  readonly trustProxy?: boolean | readonly string[]
}

export interface AnsibleConfig {
  /** Playbooks running at once. Each start costs about half a second of a processor. Default: 4. */
  readonly concurrency?: number
  /** Folders with `drivers/<driver>/<step>.yml`, looked through in this order and before Duffy's own. Default: none. */
  readonly playbookDirs?: readonly string[]
  /** How much of one run's output is kept. Default: 1,024. */
  readonly logLimitKiB?: number
  /** File of the SSH private key with which playbooks reach machines. Default: none; the sandbox driver needs none. */
  readonly infrastructureKey?: string
}

/** A site's config, checked by the compiler as it is written. A file without it, exporting a plain object, is read alike. */
export function defineConfig(config: Config): Config {
  return config
}
