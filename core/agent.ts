import type { LeaseId, MachineName } from './id.ts'
import type { Lease } from './lease.ts'
import { isOpen, type Machine } from './machine.ts'

/**
 * How an agent of a Jenkins comes to a machine. `inbound`: it is started there with the grant, and calls its Jenkins, where it is a node
 * for as long as the lease lasts. `ssh`: the machine is made ready for the Jenkins to log in and start it.
 */
export const LAUNCHES = ['inbound', 'ssh'] as const
export type Launch = (typeof LAUNCHES)[number]

/** What a lease wants beside its machines: an agent on each of them. */
export interface Agent {
  readonly launch: Launch
  /** Of which Jenkins, by its name in the config. */
  readonly jenkins: string
}

/** What the agent of a machine is called in its Jenkins. */
export const agentNode = (lease: LeaseId, machine: MachineName): string => `duffy-${lease}-${machine}`

/** The same as it is asked for. `jenkins` null: that of its build, or the only one, which the door that hears it knows. */
export type AskedAgent = Omit<Agent, 'jenkins'> & { readonly jenkins: string | null }

/** What a grant tells of the agent of a lease, among a machine's facts; `problem` null: it is there. */
export interface AgentFact {
  readonly lease: LeaseId
  readonly problem: string | null
}
export const AGENT_FACT = 'agent'

/** Said of a machine that was lent without any word of an agent. */
export const STARTS_NO_AGENTS = 'its driver starts no agents'

/** The agent of a machine as its tenant reads it. `problem`: why it has none; null: it has, or is being given one. */
export const machineAgentView = (
  { id, agent }: Pick<Lease, 'id' | 'agent'>,
  machine: Machine,
): { readonly node: string | null; readonly problem: string | null } | null => {
  if (agent === null) return null
  const fact = machine.facts[AGENT_FACT] as AgentFact | undefined
  const unknown = isOpen(machine) ? STARTS_NO_AGENTS : null
  return {
    node: agent.launch === 'inbound' ? agentNode(id, machine.name) : null,
    problem: fact?.lease === id ? fact.problem : unknown,
  }
}
