import { randomBytes } from 'node:crypto'
import type { Command, WebhookId } from '#core'
import type { Keyed } from './new-keys.ts'
import type { Ports } from './ports.ts'
import { misread, problem } from './problem.ts'
import type { Answer } from './route.ts'

/** A webhook gets its id here, and its secret, which is told in the answer and nowhere else; or what is wrong with its address. */
export function withNewWebhook(command: Command, { webhooks }: Pick<Ports, 'webhooks'>): Keyed | Answer | null {
  if (command.do !== 'addWebhook') return null
  if (webhooks === undefined) return problem(501, 'noWebhooks', 'No webhooks', 'This Duffy posts nothing anywhere.')
  const fault = webhooks.faultOf(command.url)
  if (fault !== null) return misread(fault, [{ path: 'url', detail: fault }])
  const id = `hk${randomBytes(5).toString('hex')}` as WebhookId
  return { command: { ...command, id }, shown: { webhook: id, secret: webhooks.secretOf(id) } }
}
