import { readFileSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { DEFAULT_BOUNDS, type Bounds } from './bounds.ts'
import { DEFAULT_LEGACY, DEFAULT_V3, type LegacySettings, type V3Settings } from './facade/settings.ts'

export interface HttpOptions {
  /** Where to listen; 127.0.0.1 and 8080 if not given. Port 0 takes a free one. */
  readonly host?: string
  readonly port?: number
  /** How clients reach this door, for links: `https://duffy.example.org`. */
  readonly publicUrl?: string | null
  /** Files with the certificate chain and its key, in PEM. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | null
  /** The proxies whose `X-Forwarded-For` is believed (addresses or networks), or true for whoever connects. */
  readonly trustProxy?: boolean | readonly string[]
  readonly bounds?: Partial<Bounds>
  /** The API of Duffy v3, under `/api/v1`. */
  readonly v3?: Partial<V3Settings>
  /** The API before v3: `/Node/get` and so on. */
  readonly legacy?: Partial<LegacySettings>
}

export interface Settings {
  readonly host: string
  readonly port: number
  readonly base: string
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null
  readonly trustProxy: boolean | string[]
  readonly bounds: Bounds
  readonly v3: V3Settings
  readonly legacy: LegacySettings
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 8080

/** The options with all defaults, or an error that says what to change. */
export function settingsOf(options: HttpOptions): Settings {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, publicUrl = null, tls = null, trustProxy = false, bounds } = options
  const proxied = trustProxy === true || (trustProxy !== false && trustProxy.length > 0)
  if (!isLoopback(host) && tls === null && !proxied) {
    throw new Error(
      `Duffy does not listen on ${host} in the clear: API keys would cross the network readable. ` +
        'Give it a certificate (tls.certFile and tls.keyFile), or put a proxy with TLS before it and name that in trustProxy, ' +
        'or listen on 127.0.0.1.',
    )
  }
  return {
    host,
    port,
    base: publicUrl === null ? '' : baseOf(publicUrl),
    tls: tls === null ? null : { cert: pem('tls.certFile', tls.certFile), key: pem('tls.keyFile', tls.keyFile) },
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    bounds: { ...DEFAULT_BOUNDS, ...bounds },
    v3: { ...DEFAULT_V3, ...options.v3 },
    legacy: { ...DEFAULT_LEGACY, ...options.legacy },
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && host === '::1')

const baseOf = (publicUrl: string): string => {
  const url = URL.parse(publicUrl)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new Error(`publicUrl is to be like "https://duffy.example.org", not "${publicUrl}".`)
  }
  return url.href.replace(/\/$/, '')
}

const pem = (option: string, file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Error(`${option}: cannot read ${file}`, { cause })
  }
}
