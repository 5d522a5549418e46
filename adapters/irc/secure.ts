import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Settled } from './settle.ts'

/**
 * Whom this connection trusts, and the certificate that it shows; null without TLS. Throws where a file cannot be
 * read, or a key is not that of its certificate.
 */
export async function secureContext({ tls, caFile, certificate }: Settled): Promise<SecureContext | null> {
  if (!tls) return null
  return createSecureContext({
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
    ...(certificate && { cert: await readFile(certificate.certFile), key: await readFile(certificate.keyFile) }),
  })
}
