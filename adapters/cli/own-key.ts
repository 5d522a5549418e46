import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A public key file, and what it says. */
export interface OwnKey {
  readonly file: string
  readonly line: string
}

/** As `ssh` itself tries them, DSA left out. */
const FILES = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub'] as const

/** The asker's own public key, as far as it lies where `ssh-keygen` puts it. */
export function ownKey(home: string | undefined): OwnKey | null {
  if (home === undefined) return null
  for (const name of FILES) {
    const file = join(home, '.ssh', name)
    try {
      return { file, line: readFileSync(file, 'utf8').trim() }
    } catch {
      // Not there, or not for us to read: then it is not what they log in with.
    }
  }
  return null
}
