import type { Site } from '#core'
import type { IrcPaceConfig } from './doors.ts'
import type { JenkinsSettings } from './jenkins.ts'
import type { LegacySettings, V3Settings } from './facades.ts'
import type { Secret } from './secret.ts'
import type { WebhookSettings } from './webhooks.ts'

/** All that a site's config and its environment say, complete: every default is filled in, every path absolute. */
export interface Settings {
  readonly site: Site
  readonly dataDir: string
  readonly http: HttpSettings
  readonly v3: V3Settings
  readonly legacy: LegacySettings
  readonly webhooks: WebhookSettings
  readonly irc: readonly IrcNetwork[]
  /** Null: there is none. */
  readonly slack: SlackSettings | null
  /** Null: this Duffy sends no mail. */
  readonly mail: MailSettings | null
  readonly jenkins: readonly JenkinsSettings[]
  readonly ansible: AnsibleSettings
  readonly cron: CronSettings
  readonly retention: RetentionSettings
  readonly artifacts: ArtifactSettings
}

export interface HttpSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Without a slash at its end; null: the address that it turns out to listen on. */
  readonly publicUrl: string | null
  /** PEM. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly trustProxy: boolean | readonly string[]
}

export interface IrcNetwork {
  readonly network: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly caFile: string | null
  readonly nick: string
  readonly account: string | null
  readonly password: Secret | null
  /** PEM; null: Duffy logs in by password, if at all. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | null
  readonly channels: readonly string[]
  readonly trustNicks: boolean
  readonly bridgeAccounts: readonly string[]
  readonly pace: Required<IrcPaceConfig>
}

/** A signing secret, an app token, or both. */
export interface SlackSettings {
  readonly botToken: Secret
  readonly signingSecret: Secret | null
  readonly appToken: Secret | null
  /** Null: Slack's own. */
  readonly apiUrl: string | null
}

export interface MailSettings {
  /** With the name and password for it, if it wants any. */
  readonly url: Secret
  readonly from: string
}

export interface AnsibleSettings {
  readonly concurrency: number
  /** Duffy's own folder of playbooks: `drivers/<driver>/<step>.yml`. */
  readonly playbooksDir: string
  /** The site's, of the same form; they go before Duffy's own. */
  readonly extraPlaybooksDirs: readonly string[]
  readonly logLimitBytes: number
  readonly infrastructureKey: string | null
}

export interface CronSettings {
  readonly sweep: string
  readonly prune: string
}

export interface RetentionSettings {
  readonly answersMs: number
  readonly runsMs: number
  readonly artifactsMs: number
}

export interface ArtifactSettings {
  readonly folder: string
  readonly mostBytes: number
  readonly mostBytesPerTenant: number
}
