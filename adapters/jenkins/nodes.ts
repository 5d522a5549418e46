import { call, STATUS_MEANINGS, whyOf, type Called } from './call.ts'
import type { AgentOptions, JenkinsOptions } from './options.ts'

/** A node as it is to be. */
export interface WantedNode {
  readonly name: string
  /** By which its owner knows it again. */
  readonly description: string
  readonly agents: AgentOptions
}

/** A Jenkins that would not do what it was asked, or did not answer: a sentence for whoever reads the log. */
export class NodeFault extends Error {
  override readonly name = 'NodeFault'
}

/** So many nodes, with their descriptions, are listed: a hundred bytes each, and then some. */
const MOST_LIST_BYTES = 8 * 1024 * 1024

/** Makes a node that calls in, if it is not there, and returns the secret by which its agent proves itself. */
export async function register(jenkins: JenkinsOptions, wanted: WantedNode): Promise<string> {
  const made = await ask(jenkins, `computer/doCreateItem`, {
    name: wanted.name,
    type: DUMB,
    json: JSON.stringify(itemOf(wanted)),
  })
  // One that is there already is refused: a grant that was cut off had made it. Its secret tells.
  const page = await ask(jenkins, `computer/${encodeURIComponent(wanted.name)}/jenkins-agent.jnlp`)
  const secret = /<argument>([0-9a-f]{16,128})<\/argument>/.exec(page.text)?.[1]
  if (page.status === 200 && secret !== undefined) return secret
  throw new NodeFault(
    made.status < 400
      ? `it made a node, and answers ${said(page)} when asked for its secret`
      : `it makes no node, and answers ${said(made)}`,
  )
}

/** Removes a node; one that is gone already is as good. */
export async function remove(jenkins: JenkinsOptions, name: string): Promise<void> {
  const answer = await ask(jenkins, `computer/${encodeURIComponent(name)}/doDelete`, {})
  if (answer.status >= 400 && answer.status !== 404)
    throw new NodeFault(`it does not remove the node ${name}, and answers ${said(answer)}`)
}

/** The names of the nodes that have this description. */
export async function nodesOf(jenkins: JenkinsOptions, description: string): Promise<readonly string[]> {
  const answer = await ask(jenkins, 'computer/api/json?tree=computer[displayName,description]')
  if (answer.status !== 200) throw new NodeFault(`it does not list its nodes, and answers ${said(answer)}`)
  const list = (JSON.parse(answer.text) as { readonly computer?: readonly Computer[] }).computer ?? []
  return list.flatMap((one) => (one.description === description ? [String(one.displayName)] : []))
}

interface Computer {
  readonly displayName?: unknown
  readonly description?: unknown
}

const ask = async (jenkins: JenkinsOptions, path: string, form?: Readonly<Record<string, string>>): Promise<Called> => {
  try {
    return await call(new URL(path, jenkins.url), jenkins, {
      mostBytes: MOST_LIST_BYTES,
      ...(form !== undefined && { form }),
    })
  } catch (fault) {
    throw new NodeFault(`it does not answer: ${whyOf(fault)}`, { cause: fault })
  }
}

const said = ({ status }: Called): string => `${status}${MEANINGS[status] ?? ''}`

const MEANINGS: Readonly<Record<number, string>> = {
  ...STATUS_MEANINGS,
  403: ': the user of the config may not do that; it wants Agent/Create, Agent/Connect and Agent/Delete',
}

const DUMB = 'hudson.slaves.DumbSlave'
const INBOUND = 'hudson.slaves.JNLPLauncher'
const ALWAYS = 'hudson.slaves.RetentionStrategy$Always'

/** As the form of Jenkins for a new node would send it. */
const itemOf = ({ name, description, agents }: WantedNode): object => ({
  name,
  nodeDescription: description,
  numExecutors: String(agents.executors),
  remoteFS: agents.folder,
  labelString: agents.labels.join(' '),
  mode: 'EXCLUSIVE',
  '': [INBOUND, ALWAYS],
  launcher: { 'stapler-class': INBOUND, $class: INBOUND, webSocket: agents.webSocket },
  retentionStrategy: { 'stapler-class': ALWAYS, $class: ALWAYS },
  nodeProperties: { 'stapler-class-bag': 'true' },
  type: DUMB,
})
