import { readSshKey, type SshKey } from '#core'
import { fingerprint } from '../digest.ts'

/** The key, or a sentence saying what is wrong with it. */
export const readKey = (text: string): SshKey | string => {
  const read = readSshKey(text, fingerprint)
  if (read.type === 'key') return read.key
  return `This is no public key that Duffy takes (${read.because}); give one line, as in \`~/.ssh/id_ed25519.pub\`.`
}
