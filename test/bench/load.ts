/**
 * A client process: `load.ts URL KEY CALLERS MS [v3|legacy]` gets and gives back machines over HTTP for a while, and prints the
 * timing of the gets as JSON. A process of its own, so that what it costs is not Duffy's.
 */
import { Agent, request } from 'node:http'
import { callers, timing } from './callers.ts'

const [url = '', key = '', count = '1', ms = '1000', api = 'native'] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: Number(count) })

interface Reply {
  readonly status: number
  readonly body: {
    readonly lease: { readonly id: string }
    readonly session: { readonly id: number }
    readonly ssid: string
  }
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string
}

/** The key is a bearer's, or, for Duffy v3, a tenant's name and its UUID with a colon between. */
const authorization = api === 'v3' ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}`

const call = ({ method, path, body = '' }: Sent): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const content =
      method === 'GET' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const headers = { authorization, ...content }
    const sent = request({ agent, hostname, port, path, method, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(parts).toString()) }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

interface Way {
  readonly get: Sent
  readonly status: number
  readonly done: (got: Reply['body']) => Sent
}

const WAYS: Readonly<Record<string, Way>> = {
  native: {
    get: { method: 'POST', path: '/api/v2/requests', body: '{"type":"metal","platform":"any"}' },
    status: 201,
    done: ({ lease }) => ({ method: 'POST', path: `/api/v2/leases/${lease.id}/done`, body: '{}' }),
  },
  v3: {
    get: { method: 'POST', path: '/api/v1/sessions', body: '{"nodes_specs":[{"pool":"metal","quantity":1}]}' },
    status: 201,
    done: ({ session }) => ({ method: 'PUT', path: `/api/v1/sessions/${session.id}`, body: '{"active":false}' }),
  },
  legacy: {
    get: { method: 'GET', path: `/Node/get?key=${key}` },
    status: 200,
    done: ({ ssid }) => ({ method: 'GET', path: `/Node/done?key=${key}&ssid=${ssid}` }),
  },
}
const way = WAYS[api]!

const gets: number[] = []
const began = performance.now()
await callers(Number(count), Number(ms), async () => {
  const start = performance.now()
  const got = await call(way.get)
  gets.push(performance.now() - start)
  if (got.status !== way.status) throw new Error(`${got.status}: ${JSON.stringify(got.body)}`)
  const done = await call(way.done(got.body))
  if (done.status !== 200) throw new Error(`${done.status}: ${JSON.stringify(done.body)}`)
})
const both = performance.now() - began
// Half of the requests are gets; a second of both kinds is what the rate is of.
const figures = timing(gets, both)
process.stdout.write(JSON.stringify({ ...figures, perSecond: figures.perSecond * 2 }))
process.exit(0)
