import { canonical, DEFAULT_LIMITS, type Limits, type Platform, type PlatformName, type Site } from '#core'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { sha256 } from '../digest.ts'
import { findDrivers, OWN_PLAYBOOKS, type Drivers } from './drivers.ts'
import type { Environment, Spoken } from './environment.ts'
import { readLegacy, readV3 } from './facades.ts'
import { instead, type Faults } from './faults.ts'
import { codeOf, type Files } from './files.ts'
import { readJenkins } from './jenkins.ts'
import { networkOf, readIrc } from './irc.ts'
import { readMail } from './mail.ts'
import { readPools } from './pools.ts'
import * as doors from './doors-schema.ts'
import { readOperators, type Operators } from './operators.ts'
import * as schema from './schema.ts'
import type { AnsibleSettings, HttpSettings, Settings } from './settings.ts'
import { readSlack } from './slack.ts'
import { readTenants } from './tenants.ts'
import { readWebhooks } from './webhooks.ts'

interface Around {
  readonly environment: Environment
  readonly spoken: Spoken
  readonly files: Files
  readonly faults: Faults
}

/** What a config file exports, as settings. What it gives where something is at fault is not to be used. */
export async function readSettings(written: unknown, around: Around): Promise<Settings | null> {
  const { faults, files, spoken } = around
  const config = readSections(written, faults)
  if (config === null) return null
  const irc = faults.readEach(doors.ircSchema, config.irc, ['irc'])
  const networks = await readIrc(irc, { ...around, spoken: spoken.irc })
  const slackRead = config.slack === undefined ? null : faults.read(doors.slackSchema, config.slack, ['slack'])
  const slack = await readSlack(slackRead, { ...around, spoken: spoken.slack })
  const mailRead = config.mail === undefined ? null : faults.read(doors.mailSchema, config.mail, ['mail'])
  const mail = await readMail(mailRead, { ...around, spoken: spoken.mail })
  const jenkins = await readJenkins(config.jenkins, around)
  const ansible = await readAnsible(faults.read(schema.ansibleSchema, config.ansible, ['ansible']), around)
  const cron = faults.read(schema.cronSchema, config.cron, ['cron'])
  const retention = faults.read(schema.retentionSchema, config.retention, ['retention'])
  const artifacts = faults.read(schema.artifactsSchema, config.artifacts, ['artifacts'])
  const http = await readHttp(faults.read(doors.httpSchema, config.http, ['http']), around)
  const v3 = readV3(config.v3, faults)
  const legacy = readLegacy(config.legacy, Object.keys(config.pools), faults)
  const webhooks = readWebhooks(config.webhooks, faults)
  const operators = readOperators(config.operators, networks, faults)
  const site = readSite(config, {
    ...around,
    operators,
    drivers: ansible?.drivers ?? new Map(),
    network: networkOf(spoken.irc, [...irc.keys()]),
  })
  if (ansible === null || cron === null || retention === null || http === null || v3 === null || legacy === null)
    return null
  if (artifacts === null) return null
  const dataDir =
    spoken.dataDir !== null
      ? files.besideShell(spoken.dataDir)
      : config.dataDir === undefined
        ? files.besideShell('var')
        : files.besideConfig(config.dataDir)
  return {
    site,
    dataDir,
    http,
    v3,
    legacy,
    webhooks,
    irc: networks,
    slack,
    mail,
    jenkins,
    ansible: ansible.settings,
    cron,
    retention: { answersMs: retention.answers, runsMs: retention.runs, artifactsMs: retention.artifacts },
    artifacts: {
      folder: artifacts.folder === undefined ? join(dataDir, 'artifacts') : files.besideConfig(artifacts.folder),
      mostBytes: Math.floor(artifacts.mostGiB * 2 ** 30),
      mostBytesPerTenant: Math.floor(artifacts.mostPerTenantGiB * 2 ** 30),
    },
  }
}

/** The sections, each by itself: one that is at fault counts as empty, so that the rest is looked at too. */
const readSections = (written: unknown, faults: Faults): schema.ConfigRead | null => {
  const config = faults.read(schema.configSchema, written, [])
  if (config !== null) return config
  if (typeof written !== 'object' || written === null) return null
  const sound = Object.entries(schema.configSchema.shape).map(([key, section]) => {
    const value: unknown = Reflect.get(written, key)
    const read = section.safeParse(value)
    return [key, read.success ? read.data : key === 'dataDir' ? undefined : {}]
  })
  return schema.configSchema.parse(Object.fromEntries(sound))
}

interface SiteAround extends Around {
  readonly operators: Operators
  readonly drivers: Drivers
  readonly network: string
}

const readSite = (config: schema.ConfigRead, around: SiteAround): Site => {
  const { faults, drivers, network } = around
  const { places: operators, controlRooms } = around.operators
  const platforms = faults.readEach(schema.platformSchema, config.platforms, ['platforms'])
  const pools = faults.readEach(schema.poolSchema, config.pools, ['pools'])
  const tenants = faults.readEach(schema.tenantSchema, withSpokenMembers(config.tenants, { ...around, network }), [
    'tenants',
  ])
  for (const [section, names] of Object.entries({ platforms, pools, tenants })) {
    for (const name of names.keys()) if (!schema.NAME.test(name)) faults.add([section, name], schema.NAME_RULE)
  }
  const site = {
    ...(operators.length > 0 && { operators }),
    limits: limitsOf(faults.read(schema.limitsSchema, config.limits, ['limits']), faults),
    controlRooms,
    platforms: [...platforms].flatMap(([name, platform]): Platform[] =>
      platform === null
        ? []
        : [
            {
              ...platform,
              name: name as PlatformName,
              model: platform.model ?? null,
              memoryGiB: platform.memoryGiB ?? null,
            },
          ],
    ),
    ...readPools(pools, config.pools, { platforms: [...platforms.keys()], drivers, faults }),
    tenants: readTenants(tenants, faults),
  }
  const { limits } = site
  for (const pool of site.pools) {
    if (pool.longestMs < limits.shortestMs)
      faults.add(
        ['pools', pool.name, 'longest'],
        'The longest lease of the pool is shorter than `limits.shortest`; raise it.',
      )
  }
  for (const { name, defaultMs } of site.tenants) {
    if (defaultMs !== null && defaultMs < limits.shortestMs)
      faults.add(
        ['tenants', name, 'lease'],
        'The usual lease of the tenant is shorter than `limits.shortest`; raise it.',
      )
  }
  return { digest: sha256(canonical(site)), ...site }
}

/** The tenant that the environment's accounts speak for. */
const LOCAL = 'local'

const withSpokenMembers = (
  tenants: Readonly<Record<string, unknown>>,
  { spoken, network, faults }: Pick<SiteAround, 'spoken' | 'network' | 'faults'>,
): Readonly<Record<string, unknown>> => {
  const irc = spoken.members.map((account) => `irc:${network}:${account}`)
  const added = [...irc, ...spoken.slackMembers]
  if (added.length === 0) return tenants
  const local = tenants[LOCAL]
  if (typeof local !== 'object' || local === null) {
    faults.add(
      [irc.length > 0 ? 'DUFFY_IRC_MEMBERS' : 'DUFFY_SLACK_MEMBERS'],
      `These accounts would speak for the tenant \`${LOCAL}\`, which the config does not have${instead(LOCAL, Object.keys(tenants))}`,
    )
    return tenants
  }
  const own: unknown = 'members' in local ? local.members : []
  return { ...tenants, [LOCAL]: { ...local, members: Array.isArray(own) ? [...(own as unknown[]), ...added] : own } }
}

const limitsOf = (read: ReturnType<typeof schema.limitsSchema.parse> | null, faults: Faults): Limits => {
  const { shortest, pollWithin, shortestPoll, reservedAhead, warnMinutes, ...rest } = read ?? {}
  const limits = {
    ...DEFAULT_LIMITS,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(shortest !== undefined && { shortestMs: shortest }),
    ...(pollWithin !== undefined && { pollWithinMs: pollWithin }),
    ...(shortestPoll !== undefined && { shortestPollMs: shortestPoll }),
    ...(reservedAhead !== undefined && { reservedAheadMs: reservedAhead }),
    ...(warnMinutes !== undefined && { warnMinutes: [...new Set(warnMinutes)].toSorted((a, b) => b - a) }),
  }
  if (limits.waitingRequestsPerTenant > limits.waitingRequests && rest.waitingRequestsPerTenant !== undefined) {
    faults.add(
      ['limits', 'waitingRequestsPerTenant'],
      'One tenant may not wait for more than all together; lower it, or raise `waitingRequests`.',
    )
  }
  return limits
}

const readHttp = async (
  read: doors.HttpRead | null,
  { spoken, files, faults }: Around,
): Promise<HttpSettings | null> => {
  if (read === null) return null
  const host = spoken.host ?? read.host
  const tls =
    read.tls === undefined
      ? null
      : { certFile: files.besideConfig(read.tls.cert), keyFile: files.besideConfig(read.tls.key) }
  if (tls !== null) {
    await files.read(tls.certFile, ['http', 'tls', 'cert'])
    await files.read(tls.keyFile, ['http', 'tls', 'key'])
  }
  if (tls === null && read.trustProxy === false && !isLoopback(host)) {
    const path = spoken.host === null ? ['http', 'host'] : ['DUFFY_HOST']
    const sentence =
      `API keys would cross the network readable on \`${host}\`; set \`http.tls\`, or \`http.trustProxy\` where a ` +
      'proxy does TLS, or listen on 127.0.0.1.'
    faults.add(path, sentence)
  }
  const { publicUrl = null, trustProxy } = read
  return { host, port: spoken.port ?? read.port, publicUrl, tls, trustProxy }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const readAnsible = async (
  read: ReturnType<typeof schema.ansibleSchema.parse> | null,
  { files, faults }: Around,
): Promise<{ settings: AnsibleSettings; drivers: Drivers } | null> => {
  if (read === null) return null
  const extraPlaybooksDirs: string[] = []
  for (const [at, folder] of read.playbookDirs.map(files.besideConfig).entries()) {
    try {
      await findDrivers([folder])
      extraPlaybooksDirs.push(folder)
    } catch (error) {
      const sentence = `The folder ${join(folder, 'drivers')} cannot be read (${codeOf(error)}); make it, or correct the path.`
      faults.add(['ansible', 'playbookDirs', at], sentence)
    }
  }
  const infrastructureKey = read.infrastructureKey === undefined ? null : files.besideConfig(read.infrastructureKey)
  if (infrastructureKey !== null) await files.read(infrastructureKey, ['ansible', 'infrastructureKey'])
  const settings = {
    concurrency: read.concurrency,
    playbooksDir: OWN_PLAYBOOKS,
    extraPlaybooksDirs,
    logLimitBytes: read.logLimitKiB * 1024,
    infrastructureKey,
  }
  return { settings, drivers: await findDrivers([...extraPlaybooksDirs, OWN_PLAYBOOKS]) }
}
