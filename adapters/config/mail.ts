import type { MailRead } from './doors-schema.ts'
import { mailUrlSchema } from './doors-schema.ts'
import type { Environment, SpokenMail } from './environment.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import { secretFrom } from './secret-from.ts'
import { Secret } from './secret.ts'
import type { MailSettings } from './settings.ts'

interface Around {
  readonly environment: Environment
  readonly spoken: SpokenMail
  readonly files: Files
  readonly faults: Faults
}

/** The way out by mail, if the config or the environment says anything of it. */
export async function readMail(read: MailRead | null, around: Around): Promise<MailSettings | null> {
  const { spoken, faults } = around
  if (read === null && spoken.url === null && spoken.from === null) return null
  const named = read?.url
  const written = typeof named === 'string' ? new Secret(named) : await secretFrom(named, ['mail', 'url'], around)
  const url = spoken.url ?? written
  const from = spoken.from ?? read?.from ?? null
  if (url === null) faults.add(read === null ? ['DUFFY_MAIL_URL'] : ['mail', 'url'], NO_URL)
  else if (!mailUrlSchema.safeParse(url.reveal()).success)
    faults.add(spoken.url === null ? ['mail', 'url'] : ['DUFFY_MAIL_URL'], NO_URL)
  if (from === null)
    faults.add(
      read === null ? ['DUFFY_MAIL_FROM'] : ['mail', 'from'],
      'Say whom mail comes from: `Duffy <duffy@example.org>`.',
    )
  return url === null || from === null ? null : { url, from }
}

const NO_URL = 'Give the address of a mail server, such as `smtp://mail.example.org:25`.'
