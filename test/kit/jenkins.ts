import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { freePort } from './free-port.ts'

/** A Jenkins as far as it can be asked after builds, over real HTTP. */
export interface StubJenkins extends AsyncDisposable {
  /** Where it is, with a slash at its end. */
  readonly url: string
  /** The questions it was asked, as `path authorization`. */
  readonly asked: string[]
  /** The address of a build that it has from here on. */
  build(job: string, number: number): string
  /** A build runs (null), or is over. */
  set(build: string, result: string | null): void
  /** Answers whatever comes. Null: as it usually does. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null
  /** Answers what else it is asked, and says whether it did. */
  also: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Nobody listens any more. */
  vanish(): Promise<void>
  /** It is back where it was. */
  appear(): Promise<void>
}

export const stubJenkins = async (): Promise<StubJenkins> => {
  const results = new Map<string, string | null>()
  const asked: string[] = []
  let server: Server | null = null
  // It comes back there.
  const port = await freePort()

  const usual = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    const build = pathname.replace(/api\/json$/, '')
    if (!results.has(build) || searchParams.get('tree') !== 'building,result') return void response.writeHead(404).end()
    const result = results.get(build) ?? null
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', 'x-jenkins': '2.479.1' })
    response.end(JSON.stringify({ building: result === null, result }))
  }
  const appear = async (): Promise<void> => {
    server = createServer((request, response) => {
      asked.push(`${request.url ?? ''} ${request.headers.authorization ?? '-'}`)
      if (stub.answer !== null) stub.answer(request, response)
      else if (!stub.also(request, response)) usual(request, response)
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const vanish = async (): Promise<void> => {
    const closing = server
    server = null
    if (closing === null) return
    closing.closeAllConnections()
    closing.close()
    await once(closing, 'close')
  }
  const stub: StubJenkins = {
    get url() {
      return `http://127.0.0.1:${port}/`
    },
    asked,
    build(job, number) {
      const path = `/job/${job}/${number}/`
      results.set(path, null)
      return `http://127.0.0.1:${port}${path}`
    },
    set: (build, result) => void results.set(new URL(build).pathname, result),
    answer: null,
    also: () => false,
    vanish,
    appear,
    [Symbol.asyncDispose]: vanish,
  }
  await appear()
  return stub
}
