/**
 * A client process: `load.ts URL KEY CALLERS MS` gets and gives back machines over HTTP for a while, and prints the timing
 * of the gets as JSON. A process of its own, so that what it costs is not Duffy's.
 */
import { Agent, request } from 'node:http'
import { callers, timing } from './callers.ts'

const [url = '', key = '', count = '1', ms = '1000'] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const agent = new Agent({ keepAlive: true, maxSockets: Number(count) })

interface Reply {
  readonly status: number
  readonly body: { readonly lease: { readonly id: string } }
}

const call = (path: string, body: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request({ agent, hostname, port, path, method: 'POST', headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(parts).toString()) }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

const gets: number[] = []
const began = performance.now()
await callers(Number(count), Number(ms), async () => {
  const start = performance.now()
  const got = await call('/api/v2/requests', '{"type":"metal","platform":"any"}')
  gets.push(performance.now() - start)
  if (got.status !== 201) throw new Error(`${got.status}: ${JSON.stringify(got.body)}`)
  const done = await call(`/api/v2/leases/${got.body.lease.id}/done`, '{}')
  if (done.status !== 200) throw new Error(`${done.status}: ${JSON.stringify(done.body)}`)
})
const both = performance.now() - began
// Half of the requests are gets; a second of both kinds is what the rate is of.
const figures = timing(gets, both)
process.stdout.write(JSON.stringify({ ...figures, perSecond: figures.perSecond * 2 }))
process.exit(0)
