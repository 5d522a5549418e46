import { createHash } from 'node:crypto'
import type { Fingerprint, SshKey } from '#core'

/** The key, or a sentence saying what is wrong with it. */
export const readKey = (text: string): SshKey | string => {
  const [, type, blob] =
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com) ([A-Za-z0-9+/]{40,4000}={0,2})(?:\s|$)/.exec(
      text.trim(),
    ) ?? []
  if (type === undefined || blob === undefined) return 'Give a public key as one line, as in `~/.ssh/id_ed25519.pub`.'
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')
  return { fingerprint: `SHA256:${digest}` as Fingerprint, line: `${type} ${blob}` }
}
