import {
  AGENT_FACT,
  agentNode,
  STARTS_NO_AGENTS,
  type AgentFact,
  type Fleet,
  type LeaseId,
  type RunOrder,
  type RunResult,
} from '#core'
import type { Log } from '../log.ts'
import { nodesOf, register, remove } from './nodes.ts'
import type { JenkinsOptions } from './options.ts'

/** The agents of leases: what is registered in a Jenkins for them, and what their machines are told. */
export interface Agents {
  /** Carries a run out, with what its playbook needs to know if it is to start an agent. */
  around(order: RunOrder, perform: (order: RunOrder) => Promise<RunResult>): Promise<RunResult>
  /** Removes the nodes of leases that are over, and of machines that have left theirs. */
  tidy(): Promise<void>
}

export interface AgentsPorts {
  read<T>(look: (fleet: Fleet) => T): Promise<T>
  readonly log: Log
  /** Tells the nodes of this Duffy from those of another on the same Jenkins. */
  readonly mark: string
}

/**
 * Nodes are made with a grant. Which are to go is never remembered: whatever a Jenkins lists as ours, and no lease has any more, is
 * removed, so that a crash, a failed call or a Jenkins that was away leaves nothing for good.
 */
export const agents = (all: readonly JenkinsOptions[], { read, log, mark }: AgentsPorts): Agents => {
  const description = `Leased by Duffy (${mark})`
  const quiet = new Set<string>()
  const having = all.filter(({ agents: wanted, credentials }) => wanted !== null && credentials !== null)

  const prepared = async (order: RunOrder, lease: AgentLease): Promise<RunOrder> => {
    const jenkins = all.find(({ name }) => name === lease.agent.jenkins)
    if (jenkins?.agents == null) throw new Error(`the config has no agents for the Jenkins ${lease.agent.jenkins}`)
    const { folder, sshKey, webSocket } = jenkins.agents
    const { launch } = lease.agent
    if (launch === 'ssh') {
      if (sshKey === null) throw new Error(`the config has no sshKey for the agents of ${jenkins.name}`)
      return { ...order, lease: { ...lease, keys: [...lease.keys, sshKey] }, agent: { launch, folder } }
    }
    const node = agentNode(lease.id, order.machine.name)
    const secret = await register(jenkins, { name: node, description, agents: jenkins.agents })
    return { ...order, agent: { launch, folder, node, url: jenkins.url, webSocket, secret } }
  }

  const tidyOne = async (jenkins: JenkinsOptions): Promise<void> => {
    const there = await nodesOf(jenkins, description)
    // Looked at after the list: a node in it whose lease is not there now belongs to one that is over.
    const wanted = await read((fleet) => nodesIn(fleet, jenkins.name))
    for (const name of there.filter((one) => !wanted.has(one))) {
      await remove(jenkins, name)
      log('info', 'the node of a lease is removed', { jenkins: jenkins.name, node: name })
    }
    quiet.delete(jenkins.name)
  }

  return {
    async around(order, perform) {
      const { lease } = order
      if (order.step !== 'grant' || lease === null || !wantsAgent(lease)) return perform(order)
      let ready: RunOrder
      try {
        ready = await prepared(order, lease)
      } catch (fault) {
        const { agent, id } = lease
        const why = (fault as Error).message
        log('warn', 'a machine gets no agent', { jenkins: agent.jenkins, lease: id, machine: order.machine.name, why })
        return withFact(await perform(order), id, `the Jenkins ${agent.jenkins}: ${why}`)
      }
      return withFact(await perform(ready), lease.id, null)
    },
    async tidy() {
      const seen = await Promise.allSettled(having.map(tidyOne))
      for (const [at, one] of seen.entries()) {
        const { name } = having[at]!
        if (one.status === 'fulfilled' || quiet.has(name)) continue
        // Said once, until it goes well again.
        quiet.add(name)
        log('warn', 'nodes of leases that are over could not be removed; it is tried again', {
          jenkins: name,
          why: (one.reason as Error).message,
        })
      }
    },
  }
}

type Leased = NonNullable<RunOrder['lease']>
type AgentLease = Leased & { readonly agent: NonNullable<Leased['agent']> }
const wantsAgent = (lease: Leased): lease is AgentLease => lease.agent !== null

/** No machine is to blame for an agent that is not there: it is lent, and its tenant told. */
const withFact = (result: RunResult, lease: LeaseId, problem: string | null): RunResult => {
  if (result.outcome !== 'ok') return result
  const told = result.report.facts?.[AGENT_FACT] as { readonly problem?: unknown } | undefined
  const own = told === undefined ? STARTS_NO_AGENTS : told.problem
  // Templates make text of nothing.
  const said = typeof own === 'string' && own !== '' ? own.slice(0, LONGEST_PROBLEM) : null
  const fact: AgentFact = { lease, problem: problem ?? said }
  return { ...result, report: { ...result.report, facts: { ...result.report.facts, [AGENT_FACT]: { ...fact } } } }
}
const LONGEST_PROBLEM = 500

/** What is to be registered in a Jenkins now. */
const nodesIn = (fleet: Fleet, jenkins: string): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const { id, agent, machines } of fleet.leases.values()) {
    if (agent?.launch !== 'inbound' || agent.jenkins !== jenkins) continue
    for (const { machine } of machines) names.add(agentNode(id, machine))
  }
  return names
}
