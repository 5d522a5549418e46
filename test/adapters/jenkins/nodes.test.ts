import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JsonObject, RunOrder, RunResult } from '#core'
import { agents, type Agents } from '../../../adapters/jenkins/agents.ts'
import type { JenkinsOptions } from '../../../adapters/jenkins/options.ts'
import { stubJenkins, type StubJenkins } from '../../kit/jenkins.ts'
import { stubNodes, type StubNodes } from '../../kit/jenkins/nodes.ts'
import { KEY } from '../../kit/site.ts'
import { World } from '../../kit/world.ts'

const TOKEN = 'a token'
const ALICE = 'irc:net:alice'

let stub: StubJenkins
let nodes: StubNodes
let world: World
let desk: Agents
let logged: string[]
beforeAll(async () => {
  stub = await stubJenkins()
  nodes = stubNodes(stub, `Basic ${btoa(`duffy:${TOKEN}`)}`)
})
afterAll(() => stub?.[Symbol.asyncDispose]())
beforeEach(() => {
  for (const name of nodes.names()) nodes.drop(name)
  nodes.fault = null
  logged = []
  world = new World()
  desk = agents([main()], {
    read: async (look) => look(world.fleet),
    log: (level, message, data) => void logged.push(`${level} ${message} ${JSON.stringify(data)}`),
    mark: 'ours',
  })
})

const main = (over: Partial<JenkinsOptions> = {}): JenkinsOptions => ({
  name: 'main',
  url: stub.url,
  secret: null,
  credentials: { user: 'duffy', token: () => TOKEN },
  ca: null,
  privateAddresses: true,
  askEveryMs: null,
  lostAfterMs: 60_000,
  agents: { executors: 2, labels: ['a', 'b'], folder: 'jenkins', webSocket: false, sshKey: KEY.line },
  ...over,
})

/** A lease of two machines with agents, and the orders of its grants. */
const granted = (launch: 'inbound' | 'ssh' = 'inbound'): readonly RunOrder[] => {
  const orders: RunOrder[] = []
  world.perform = (order) => {
    if (order.step === 'grant') orders.push(order)
    return { outcome: 'ok', report: {} }
  }
  world.lease(world.get(ALICE, { count: 2, agent: { launch, jenkins: 'main' } }))
  world.work()
  return orders
}
const carry = async (order: RunOrder, facts: JsonObject = { agent: { problem: '' } }) => {
  const told: RunOrder[] = []
  const result: RunResult = await desk.around(order, async (ready) => {
    told.push(ready)
    return { outcome: 'ok', report: { address: '10.0.0.1', facts } }
  })
  return { told: told[0]!, result }
}

test('a grant makes a node, and tells its playbook the secret of it and nothing that a record keeps', async () => {
  const [order] = granted()
  const { told, result } = await carry(order!)
  const node = `duffy-${order!.lease!.id}-${order!.machine.name}`
  expect(told.agent).toEqual({
    launch: 'inbound',
    folder: 'jenkins',
    node,
    url: stub.url,
    webSocket: false,
    secret: nodes.secret(node),
  })
  expect(nodes.form(node)).toMatchObject({
    numExecutors: '2',
    labelString: 'a b',
    nodeDescription: 'Leased by Duffy (ours)',
  })
  const fact = { lease: order!.lease!.id, problem: null }
  expect(result).toEqual({ outcome: 'ok', report: { address: '10.0.0.1', facts: { agent: fact } } })
})

test('a grant that is done again meets the node that it made before', async () => {
  const [order] = granted()
  const [first, second] = [await carry(order!), await carry(order!)]
  expect(second.told.agent).toEqual(first.told.agent)
  expect(nodes.names()).toHaveLength(1)
})

test('what its playbook says is in the way is told, cut to a length that can be kept', async () => {
  const [order] = granted()
  const { result } = await carry(order!, { agent: { problem: 'x'.repeat(1000) }, cpus: 4 })
  expect(result).toMatchObject({ report: { facts: { cpus: 4, agent: { problem: 'x'.repeat(500) } } } })
})

test.each([401, 403, 404, 500])('a Jenkins that answers %i costs no machine and no lease', async (fault) => {
  nodes.fault = fault
  const [order] = granted()
  const { told, result } = await carry(order!, {})
  expect(told.agent).toBeUndefined()
  const problem = expect.stringContaining(`the Jenkins main: it makes no node, and answers ${fault}`)
  expect(result).toMatchObject({ outcome: 'ok', report: { facts: { agent: { problem } } } })
  expect(logged).toEqual([expect.stringContaining('a machine gets no agent')])
})

test('a Jenkins that is away costs no machine and no lease', async () => {
  const [order] = granted()
  await stub.vanish()
  const { result } = await carry(order!, {})
  await stub.appear()
  expect(result).toMatchObject({
    report: { facts: { agent: { problem: expect.stringContaining('it does not answer') } } },
  })
})

test('for the SSH launcher the key of the Jenkins goes in with those of the tenant, and no node is made', async () => {
  const [order] = granted('ssh')
  const { told } = await carry(order!)
  expect(told.lease!.keys).toEqual([...order!.lease!.keys, KEY.line])
  expect(told.agent).toEqual({ launch: 'ssh', folder: 'jenkins' })
  expect(nodes.names()).toEqual([])
})

test('steps but the grant, and leases without agents, are carried out as they are', async () => {
  const [order] = granted()
  for (const plain of [
    { ...order!, step: 'revoke' as const },
    { ...order!, lease: { ...order!.lease!, agent: null } },
  ])
    expect((await carry(plain)).told).toBe(plain)
  expect(nodes.names()).toEqual([])
})

test('nodes stay as long as their lease, and no longer; those of others stay', async () => {
  const orders = granted()
  for (const order of orders) await carry(order)
  nodes.add('built by hand', '')
  nodes.add('duffy-L1-other', 'Leased by Duffy (another)')
  await desk.tidy()
  expect(nodes.names()).toHaveLength(4)
  world.done(ALICE, orders[0]!.machine.name)
  await desk.tidy()
  expect(nodes.names()).toHaveLength(3)
  world.done(ALICE, orders[1]!.machine.name)
  await desk.tidy()
  expect(nodes.names()).toEqual(['built by hand', 'duffy-L1-other'])
})

test('a Jenkins that is away when nodes are to go is asked again, and that is said once', async () => {
  const [order] = granted()
  await carry(order!)
  world.done(ALICE, order!.lease!.id)
  nodes.fault = 503
  for (let round = 0; round < 3; round += 1) await desk.tidy()
  expect(logged.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  nodes.fault = null
  await desk.tidy()
  expect(nodes.names()).toEqual([])
})

test('no secret and no token stands in the log', async () => {
  const [order] = granted()
  const { told } = await carry(order!)
  world.done(ALICE, order!.lease!.id)
  nodes.fault = 403
  await desk.tidy()
  nodes.fault = null
  await desk.tidy()
  expect(logged).toHaveLength(2)
  for (const secret of [told.agent!['secret'] as string, TOKEN]) expect(logged.join('\n')).not.toContain(secret)
})
