import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { giveFile } from './daemon.ts'
import { readFile } from 'node:fs/promises'

const run = promisify(execFile)

/** A private authority and a certificate for 127.0.0.1 and localhost signed by it, as files in `folder`. */
export async function certificate(folder: string): Promise<{ caFile: string; certFile: string; keyFile: string }> {
  const at = (name: string) => join(folder, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const authority = ['-x509', ...key, '-subj', '/CN=Test authority', '-days', '2']
  await run('openssl', ['req', ...authority, '-keyout', at('ca.key'), '-out', at('ca.pem')])
  const subject = ['-subj', '/CN=irc.test', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  await run('openssl', ['req', '-new', ...key, ...subject, '-keyout', at('made.key'), '-out', at('server.csr')])
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy']
  await run('openssl', ['x509', '-req', '-in', at('server.csr'), ...signed, '-days', '2', '-out', at('server.pem')])
  // openssl writes keys readable by their owner alone; the daemon runs as somebody else.
  await giveFile(at('server.key'), await readFile(at('made.key'), 'utf8'))
  return { caFile: at('ca.pem'), certFile: at('server.pem'), keyFile: at('server.key') }
}

/** What a client shows to be known by: a certificate that it signed itself, and its SHA-256 as services write it. */
export async function clientCertificate(
  folder: string,
  name: string,
): Promise<{ certFile: string; keyFile: string; fingerprint: string }> {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
    '-keyout',
    keyFile,
    '-out',
    certFile,
  ])
  const { fingerprint256 } = new X509Certificate(await readFile(certFile))
  return { certFile, keyFile, fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() }
}
