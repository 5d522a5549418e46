import type { App } from '@slack/bolt'
import type { Log } from '../log.ts'
import type { Limits } from './options.ts'

/** Takes one payload, whichever way it came; what Slack is to be answered at once. */
export type Take = (payload: Record<string, unknown>, retry: number) => Promise<Answer>
/** Nothing, a text, or what Slack is to do with a form. */
export type Answer = string | Readonly<Record<string, unknown>> | undefined

export interface Intake extends AsyncDisposable {
  readonly take: Take
}

/** How long handlers may take to finish once the door closes. */
const CLOSE_MS = 3_000

/** Hands payloads to Bolt, and sees to it that Slack has its answer in time, whatever the handlers do. */
export const intake = (app: App, limits: Pick<Limits, 'ackMs'>, log: Log): Intake => {
  const underWay = new Set<Promise<void>>()
  return {
    take: (body, retryNum) =>
      new Promise((answer) => {
        const impatience = setTimeout(() => {
          log('warn', 'Slack was answered before the work was done', { type: String(body['type'] ?? body['command']) })
          answer(undefined)
        }, limits.ackMs)
        const ack = async (response?: Answer): Promise<void> => {
          clearTimeout(impatience)
          answer(response)
        }
        const work = app
          .processEvent({ body, retryNum, ack })
          .catch((fault: unknown) => log('error', 'a payload from Slack was not handled', { fault }))
          // Nobody wanted it: Slack is to hear that at once too.
          .then(() => ack())
        underWay.add(work)
        void work.finally(() => underWay.delete(work))
      }),
    async [Symbol.asyncDispose]() {
      const impatience = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([Promise.allSettled(underWay), impatience])
    },
  }
}
