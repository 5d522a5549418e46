import type { BuildUrl } from '#core'
import type { Said } from './ask.ts'
import type { JenkinsOptions } from './options.ts'

/** A build that something is bound to. `seen`: it was said once, of all that is bound to it, that it runs. */
export interface Bound {
  readonly url: BuildUrl
  readonly seen: boolean
}

/** What is to be told of builds. */
export type Finding =
  | { readonly type: 'ended'; readonly build: BuildUrl; readonly end: Extract<Said, { type: 'over' }>['end'] }
  | { readonly type: 'runs'; readonly build: BuildUrl }

interface Heard {
  /** When it was asked last; null: never yet. */
  askedAt: number | null
  /** Since when nothing was heard of it; from the first look at it. */
  heardAt: number
  /** Between two questions; longer each time that none is answered. */
  pauseMs: number
}

/** Questions to one Jenkins in a round. */
const MOST_QUESTIONS = 4
/** A Jenkins, or a build, that does not answer is asked ever less often, but often enough to be asked again before it is given up. */
const TRIES_BEFORE_LOST = 4

/**
 * What one Jenkins says of the builds that matter: each is asked after in turn, one at a time, politely. `now` is in milliseconds of a
 * clock that is never set; nothing is kept on disk, so after a start silence counts from the start.
 */
export class Watch {
  readonly #jenkins: Pick<JenkinsOptions, 'lostAfterMs'> & { readonly askEveryMs: number }
  readonly #ask: (build: BuildUrl) => Promise<Said>
  readonly #onSilence: (build: BuildUrl, why: string) => void
  readonly #heard = new Map<BuildUrl, Heard>()
  #restUntil = 0
  #restMs = 0

  constructor(
    jenkins: Pick<JenkinsOptions, 'lostAfterMs'> & { readonly askEveryMs: number },
    ask: (build: BuildUrl) => Promise<Said>,
    onSilence: (build: BuildUrl, why: string) => void,
  ) {
    this.#jenkins = jenkins
    this.#ask = ask
    this.#onSilence = onSilence
  }

  /** Asks after those whose turn it is. */
  async round(bound: readonly Bound[], now: () => number): Promise<readonly Finding[]> {
    this.#attendTo(bound, now())
    const found: Finding[] = []
    for (const one of this.#due(bound, now())) {
      const said = await this.#ask(one.url)
      if (said.type === 'runs' || said.type === 'over') {
        found.push(...this.#heed(one, said, now()))
        continue
      }
      this.#onSilence(one.url, said.why)
      this.#wait(one, said.type, now())
      // What says nothing at all says nothing of any build.
      found.push(...this.#lost(said.type === 'down' ? bound : [one], now()))
      if (said.type === 'down') break
    }
    return found
  }

  /** Begins to listen for those that are new, and forgets those that matter no more. */
  #attendTo(bound: readonly Bound[], now: number): void {
    const matter = new Set(bound.map(({ url }) => url))
    for (const url of this.#heard.keys()) if (!matter.has(url)) this.#heard.delete(url)
    for (const url of matter) {
      if (!this.#heard.has(url))
        this.#heard.set(url, { askedAt: null, heardAt: now, pauseMs: this.#jenkins.askEveryMs })
    }
  }

  /** Those that were asked after longest ago. */
  #due(bound: readonly Bound[], now: number): readonly Bound[] {
    if (now < this.#restUntil) return []
    const nextAt = ({ url }: Bound): number => {
      const { askedAt, pauseMs } = this.#heard.get(url)!
      return askedAt === null ? -Infinity : askedAt + pauseMs
    }
    return bound
      .filter((one) => nextAt(one) <= now)
      .toSorted((a, b) => compared(nextAt(a), nextAt(b)))
      .slice(0, MOST_QUESTIONS)
  }

  #heed({ url, seen }: Bound, said: Extract<Said, { type: 'runs' | 'over' }>, now: number): Finding[] {
    this.#restMs = 0
    this.#heard.set(url, { askedAt: now, heardAt: now, pauseMs: this.#jenkins.askEveryMs })
    if (said.type === 'over') return [{ type: 'ended', build: url, end: said.end }]
    return seen ? [] : [{ type: 'runs', build: url }]
  }

  #wait({ url }: Bound, silence: 'silent' | 'down', now: number): void {
    const { askEveryMs, lostAfterMs } = this.#jenkins
    const longestMs = Math.max(askEveryMs, lostAfterMs / TRIES_BEFORE_LOST)
    const heard = this.#heard.get(url)!
    heard.askedAt = now
    if (silence === 'silent') heard.pauseMs = Math.min(heard.pauseMs * 2, longestMs)
    else {
      this.#restMs = Math.min(Math.max(this.#restMs * 2, askEveryMs), longestMs)
      this.#restUntil = now + this.#restMs
    }
  }

  /** Those of which nothing was heard for too long. */
  #lost(bound: readonly Bound[], now: number): Finding[] {
    return bound
      .filter(({ url, seen }) => seen && now - this.#heard.get(url)!.heardAt >= this.#jenkins.lostAfterMs)
      .map(({ url }) => ({ type: 'ended', build: url, end: 'buildLost' }))
  }
}

/** Infinity less itself is no number. */
const compared = (a: number, b: number): number => (a === b ? 0 : a - b)
