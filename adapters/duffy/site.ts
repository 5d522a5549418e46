import { decide, DUFFY, type Asked, type Identity, type Site } from '#core'
import { loadConfig, lookAlikes, type Fault, type Settings } from '../config/index.ts'
import type { Applied } from '../http/ports.ts'
import type { Answer, Lane } from '../lane.ts'
import type { Log } from '../log.ts'

/** A config that cannot be used: all its faults at once, in words for whoever wrote it. */
export class BadConfig extends Error {
  override readonly name = 'BadConfig'
  readonly faults: readonly string[]

  constructor(file: string, faults: readonly Fault[]) {
    const lines = faults.map(({ path, sentence }) => (path === '' ? sentence : `${path}: ${sentence}`))
    super(`${file} cannot be used:\n${lines.map((line) => `  - ${line}`).join('\n')}`)
    this.faults = lines
  }
}

/** The site's config on its way into the fleet: by command, like everything else. */
export interface SiteConfig {
  /** With the settings that Duffy starts with. */
  start(settings: Pick<Settings, 'site' | 'legacy'>): Promise<void>
  /** Reads the config anew, and applies it or only says what that would change. */
  apply(how: { readonly dryRun: boolean; readonly by: Identity }): Promise<Applied>
  /** The same at a signal: what is wrong goes to the log, and what runs goes on. */
  reload(): Promise<void>
}

export const applySite = (
  lane: Lane,
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
): SiteConfig => {
  const asked = (site: Site, by: Identity): Omit<Asked, 'at'> => ({
    id: null,
    by,
    door: 'config',
    command: { do: 'configure', site },
  })

  const apply: SiteConfig['apply'] = async ({ dryRun, by }) => {
    const loaded = await loadConfig({ environment })
    if (loaded.status === 'faulty') {
      return { type: 'refused', refusal: { type: 'badSite', faults: new BadConfig(loaded.file, loaded.faults).faults } }
    }
    const { settings } = loaded
    const command = asked(settings.site, by)
    const answer = dryRun ? await preview(lane, command) : await lane.ask(command)
    if (answer.type === 'refused') return answer
    if (!dryRun) warnOfLookAlikes(settings, log)
    return {
      type: dryRun ? 'wouldApply' : 'applied',
      changes: answer.outcome.type === 'configured' ? answer.outcome.changes : [],
    }
  }

  return {
    async start(settings) {
      const answer = await lane.ask(asked(settings.site, DUFFY))
      if (answer.type === 'refused') {
        const faults = answer.refusal.type === 'badSite' ? answer.refusal.faults : [answer.refusal.type]
        throw new BadConfig(
          'The config',
          faults.map((sentence) => ({ path: '', sentence })),
        )
      }
      warnOfLookAlikes(settings, log)
    },
    apply,
    async reload() {
      try {
        const applied = await apply({ dryRun: false, by: DUFFY })
        if (applied.type === 'refused') log('error', 'the config was not applied', { refusal: applied.refusal })
        else log('info', 'the config was applied', { changes: applied.changes })
      } catch (fault) {
        log('error', 'the config was not applied; what runs goes on', { fault })
      }
    },
  }
}

/** Sites without clients of old have no harm from such names, so they are told of and no more. */
const warnOfLookAlikes = ({ site, legacy }: Pick<Settings, 'site' | 'legacy'>, log: Log): void => {
  const found = lookAlikes(site, legacy)
  if (found === null) return
  log(
    'warn',
    `cico takes host ${found.part} for ${found.whole}, in whose name it is: end all names alike with legacy.hostname, such as '{name}.ci.example.org'`,
  )
}

/** What a command would come to: decided, and taken back at once. */
const preview = (lane: Lane, asked: Omit<Asked, 'at'>): Promise<Answer> =>
  lane.read((fleet, at) => {
    const mark = fleet.journal.mark()
    try {
      return decide(fleet, { ...asked, at })
    } finally {
      fleet.journal.undoTo(mark)
    }
  })
