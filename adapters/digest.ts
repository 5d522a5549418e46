import { hash } from 'node:crypto'

/** Of text, in hex. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex')

/** Of an SSH key's blob as OpenSSH prints it, without its `SHA256:`: base64 without padding. */
export const fingerprint = (blob: Uint8Array): string => hash('sha256', blob, 'base64').replace(/=+$/, '')
