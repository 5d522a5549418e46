import { messageSaid, type Address, type Notice } from '#core'
import type { MailSettings } from '../config/index.ts'
import { fingerprint } from '../digest.ts'
import type { Lane } from '../lane.ts'
import type { SendCode } from '../link-code.ts'
import type { Log } from '../log.ts'
import { mail } from '../mail/mail.ts'
import type { Delivery } from '../notices/notices.ts'

/** Mail, if the site sends any. */
export interface MailExit {
  door(name: string): ((to: Address, notice: Notice) => Promise<Delivery>) | undefined
  /** Null: it sends none. */
  readonly sendCode: SendCode | null
}

/** Who reads mail answers at the command line. */
const say = (line: string): string => `duffy ${line}`

export const mailDoor = (
  settings: MailSettings | null,
  { lane, log }: { readonly lane: Lane; readonly log: Log },
): MailExit => {
  if (settings === null) return { door: () => undefined, sendCode: null }
  const { url, from } = settings
  const notice: Parameters<typeof mail>[1]['notice'] = (message) =>
    lane.read((fleet, at) => messageSaid(message, { fleet, say, at, fingerprint }))
  const open = mail({ url: () => url.reveal(), from }, { notice, log })
  return {
    door: (name) => (name === 'mail' ? (to, told) => open.tell(to, told) : undefined),
    sendCode: (address, code) => open.sendCode(address, code),
  }
}
