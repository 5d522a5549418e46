import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { scratch } from '../scratch.ts'
import type { StubJenkins } from '../jenkins.ts'
import { javaHome } from './pipeline.ts'

/** A Jenkins as far as nodes go: they are made, listed and removed by whoever has the token, and their agents call in. */
export interface StubNodes {
  /** The names of the nodes that there are. */
  names(): readonly string[]
  /** The fields of the form by which a node was made. */
  form(name: string): Json
  secret(name: string): string
  /** Whether its agent called within the last second. */
  isOnline(name: string): boolean
  /** As by hand, or by another Duffy. */
  add(name: string, description: string): void
  drop(name: string): void
  /** Answers that to whatever concerns nodes. Null: as it usually does. */
  fault: number | null
}

// oxlint-disable-next-line typescript/no-explicit-any -- looked into field by field
type Json = any

interface Node {
  readonly form: Json
  readonly description: string
  readonly secret: string
  calledAt: number
}

export const stubNodes = (stub: StubJenkins, authorization: string): StubNodes => {
  const nodes = new Map<string, Node>()
  const jar = agentJar()
  const itself: StubNodes = {
    names: () => [...nodes.keys()],
    form: (name) => nodes.get(name)!.form,
    secret: (name) => nodes.get(name)!.secret,
    isOnline: (name) => performance.now() - (nodes.get(name)?.calledAt ?? -Infinity) < 1000,
    add: (name, description) => void nodes.set(name, { form: null, description, secret: 'x', calledAt: -Infinity }),
    drop: (name) => void nodes.delete(name),
    fault: null,
  }
  stub.also = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stub')
    if (pathname === '/jnlpJars/agent.jar') return (response.end(jar), true)
    if (!pathname.startsWith('/computer/')) return false
    void answer(nodes, itself, { request, response, pathname, authorization })
    return true
  }
  return itself
}

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly pathname: string
  readonly authorization: string
}

const answer = async (
  nodes: Map<string, Node>,
  { fault }: StubNodes,
  { request, response, pathname, authorization }: Asked,
): Promise<void> => {
  const [, , name = '', what] = pathname.split('/')
  const form = new URLSearchParams(await textOf(request))
  const node = nodes.get(name)
  const end = (status: number, text = ''): void => void response.writeHead(status).end(text)
  if (what === 'call') {
    const isIts = node !== undefined && request.headers['x-secret'] === node.secret
    if (isIts) node.calledAt = performance.now()
    return end(isIts ? 200 : 403)
  }
  if (fault !== null) return end(fault)
  if (request.headers.authorization !== authorization) return end(403)
  if (name === 'doCreateItem') {
    const wanted = form.get('name') ?? ''
    if (nodes.has(wanted)) return end(400, 'A node by that name exists')
    const item = JSON.parse(form.get('json') ?? '')
    nodes.set(wanted, {
      form: item,
      description: item.nodeDescription,
      secret: randomBytes(32).toString('hex'),
      calledAt: -Infinity,
    })
    return void response.writeHead(302, { location: '/computer/' }).end()
  }
  if (name === 'api') {
    const computer = Array.from(nodes, ([displayName, { description }]) => ({ displayName, description }))
    return end(
      200,
      JSON.stringify({ computer: [{ displayName: 'Built-In Node', description: 'the Jenkins' }, ...computer] }),
    )
  }
  if (node === undefined) return end(404)
  if (what === 'jenkins-agent.jnlp')
    return end(
      200,
      `<jnlp><application-desc><argument>${node.secret}</argument><argument>${name}</argument></application-desc></jnlp>`,
    )
  if (what !== 'doDelete' || request.method !== 'POST') return end(404)
  nodes.delete(name)
  return void response.writeHead(302, { location: '/computer/' }).end()
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}

/** A program that a JVM runs as it would run Jenkins's own. */
const agentJar = (): Buffer => {
  const dir = mkdtempSync(join(scratch(), 'duffy-agent-'))
  const here = join(import.meta.dirname, 'agent')
  try {
    const made = spawnSync('groovy', [join(here, 'jar.groovy'), join(here, 'Agent.groovy'), join(dir, 'agent.jar')], {
      env: { PATH: process.env['PATH'], HOME: dir, JAVA_HOME: javaHome() },
      encoding: 'utf8',
    })
    if (made.status !== 0) throw new Error(`no agent.jar: ${made.stdout}${made.stderr}`)
    return readFileSync(join(dir, 'agent.jar'))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
