import type { Json, RunOrder } from '#core'

/** What an order cannot be run with, as a sentence for the operator. */
export class Unfit extends Error {}

/**
 * The text of the vars file for a run. Ansible takes every plain string of such a file for a template and evaluates it on this host,
 * so that a lease's key or a tenant's name could run programs here; a string that is wrapped as unsafe stays what it is.
 */
export const variablesFile = (order: RunOrder): string => JSON.stringify({ duffy_in: unsafe(variables(order)) })

function variables({ run, step, attempt, fence, deadlineMs, machine, lease, collect, agent }: RunOrder): Json {
  return {
    run,
    step,
    attempt,
    fence,
    deadline: Math.floor(deadlineMs / 1000),
    machine: {
      name: machine.name,
      driver: machine.driver,
      variables: machine.variables,
      data: machine.data,
      access: accessOf(machine),
    },
    lease: lease && { id: lease.id, tenant: lease.tenant, keys: lease.keys },
    artifacts:
      collect?.into === undefined
        ? null
        : { paths: collect.paths, dest: collect.into, files: collect.mostFiles, bytes: collect.mostBytes },
    agent: agent ?? null,
    nodes: [v3Node(machine)],
  }
}

const accessOf = ({ access }: RunOrder['machine']): Json =>
  access === undefined ? null : { ...access, hostKeys: access.hostKeys }

/** The machine as CentOS Duffy v3 described it; its playbooks expect back what they reported when they provisioned it. */
function v3Node({ name, variables: own, data }: RunOrder['machine']): Json {
  const known = { hostname: own['hostname'] ?? null, ipaddr: own['ipaddr'] ?? null, ...data }
  return { id: name, hostname: known.hostname, ipaddr: known.ipaddr, data: { provision: data } }
}

function unsafe(value: Json): Json {
  if (typeof value === 'string') return { __ansible_unsafe: value }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => unsafe(item))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (!NAME.test(name))
        throw new Unfit(`the variable name ${JSON.stringify(name.slice(0, 40))} cannot be given to Ansible`)
      return [name, unsafe(item)]
    }),
  )
}

/** A name cannot be wrapped, hence no name that could be a template, or Ansible's own sign for something else. */
const NAME = /^(?!__ansible_)[^{}]{1,200}$/
