/** What agents of a Jenkins are like on the machines of leases. */
export interface AgentOptions {
  /** Builds at once on one machine. */
  readonly executors: number
  readonly labels: readonly string[]
  /** Where they keep their files: beneath the home of the user that a tenant logs in as, unless it is absolute. */
  readonly folder: string
  /** Inbound ones call over WebSocket, at the address of the Jenkins itself. */
  readonly webSocket: boolean
  /** An OpenSSH line: with its private half the Jenkins logs in; null: it does not. */
  readonly sshKey: string | null
}

/** One Jenkins of the site. */
export interface JenkinsOptions {
  readonly name: string
  /** Where it is, with a slash at its end; a build is one of its if it is beneath. */
  readonly url: string
  /** Proves that a webhook is from it; null: none does. */
  readonly secret: (() => string) | null
  /** What it is asked as; null: as anybody. */
  readonly credentials: { readonly user: string; readonly token: () => string } | null
  /** PEM, instead of the public authorities. */
  readonly ca: string | null
  readonly privateAddresses: boolean
  /** How often it is asked after each build; null: never. */
  readonly askEveryMs: number | null
  /** A build of which it said once that it runs is lost when it has not said so again for so long. */
  readonly lostAfterMs: number
  /** Null: leases get no agents of it. */
  readonly agents: AgentOptions | null
}
