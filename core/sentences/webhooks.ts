import type { WebhooksAnswer } from '../answer/webhooks.ts'
import type { Outcome } from '../command.ts'
import type { Message } from '../effect.ts'
import type { Refusal } from '../refusal.ts'
import type { WebhookOutcome } from '../webhook.ts'
import { counted, listed, openly, privately, type Said, type Telling } from './said.ts'

/** Addresses are for whoever may see them: some have secrets in them. */
export const webhooksSaid = ({ webhooks }: WebhooksAnswer, { say }: Telling): Said => {
  const [first] = webhooks
  if (first === undefined)
    return openly(
      'Nobody is told what happens. Add an address at the command line: duffy webhooks add https://ci.example.org/duffy',
    )
  const lines = webhooks.map(({ id, tenant, url, disabled }) => {
    const of = tenant === null ? 'everybody' : tenant
    const state =
      disabled === null ? '' : `, given up after ${counted(disabled.failures, 'failure')}: ${disabled.because}`
    return `${id} (${of}, ${url}${state})`
  })
  return privately(`Webhooks: ${listed(lines)}. Remove one: ${say(`webhooks remove ${first.id}`)}`)
}

export const isWebhookOutcome = (outcome: Outcome): outcome is WebhookOutcome =>
  outcome.type === 'webhookAdded' || outcome.type === 'webhookRemoved'

export const webhookOutcomeSaid = ({ type, webhook }: WebhookOutcome, { say }: Telling): Said =>
  openly(
    type === 'webhookAdded'
      ? `Webhook ${webhook} is added: what happens from now on is posted there. Its secret is shown this once. See ${say('webhooks')}`
      : `Webhook ${webhook} is removed, and nothing more is posted there. The others: ${say('webhooks')}`,
  )

export type AboutWebhooks = Extract<Refusal, { type: 'noSuchWebhook' | 'webhookExists' }>

export const isAboutWebhooks = (refusal: Refusal): refusal is AboutWebhooks =>
  refusal.type === 'noSuchWebhook' || refusal.type === 'webhookExists'

export const webhookRefused = (refusal: AboutWebhooks, { say }: Telling): Said =>
  openly(
    refusal.type === 'noSuchWebhook'
      ? `There is no webhook "${refusal.asked}"; nothing was changed. The webhooks: ${say('webhooks')}`
      : `There is a webhook ${refusal.asked} already; nothing was changed. The webhooks: ${say('webhooks')}`,
  )

export const webhookMessageSaid = (
  { webhook, url, failures, because }: Extract<Message, { type: 'webhookDisabled' }>,
  { say }: Telling,
): Said =>
  openly(
    `Webhook ${webhook} to ${hostOf(url)} is given up after ${counted(failures, 'failure')} in a row: ${because}. Once it is mended, remove it and add it anew: ${say(`webhooks remove ${webhook}`)}`,
  )

/** Where an address is, without what may be secret in it. */
const hostOf = (url: string): string => /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(url)?.[1] ?? 'its address'
