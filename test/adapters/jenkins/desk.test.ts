import { afterEach, expect, test } from 'vitest'
import { readBuildUrl, type Launch } from '#core'
import { jenkins, type JenkinsDesk } from '../../../adapters/jenkins/jenkins.ts'
import type { JenkinsOptions } from '../../../adapters/jenkins/options.ts'

const AGENTS = { executors: 1, labels: [], folder: 'jenkins', webSocket: true, sshKey: null }
const one = (name: string, over: Partial<JenkinsOptions> = {}): JenkinsOptions => ({
  name,
  url: `https://${name}.example.org/`,
  secret: null,
  credentials: { user: 'duffy', token: () => 'x' },
  ca: null,
  privateAddresses: false,
  askEveryMs: null,
  lostAfterMs: 60_000,
  agents: null,
  ...over,
})

let desk: JenkinsDesk | null = null
afterEach(() => desk?.[Symbol.asyncDispose]())
const agentsOf = (all: readonly JenkinsOptions[], build: string | null, launch: Launch = 'inbound') => {
  desk = jenkins(all, {
    ask: async () => {},
    read: () => new Promise(() => {}),
    ready: () => false,
    onCommit: () => () => {},
    mark: 'x',
    log: () => {},
  })
  return desk.agentsOf(build === null ? null : readBuildUrl(build), launch)
}

test('an agent is of the Jenkins of the build, or of the only one that has some', () => {
  const all = [one('a', { agents: AGENTS }), one('b', { agents: AGENTS }), one('c')]
  expect(agentsOf(all, 'https://b.example.org/job/x/1/')).toEqual({ name: 'b' })
  expect(agentsOf(all.slice(1), null)).toEqual({ name: 'b' })
})

test('where several have some, it is to be said for which build', () => {
  const all = [one('a', { agents: AGENTS }), one('b', { agents: AGENTS })]
  expect(agentsOf(all, null)).toEqual({ problem: expect.stringMatching(/: a, b\. Say for which build it is/) })
})

test.each([
  ['a Jenkins without agents', one('a'), 'inbound', 'The Jenkins a has no inbound agents here'],
  ['no user to register as', one('a', { agents: AGENTS, credentials: null }), 'inbound', 'a "user" with its "token"'],
  ['no key to log in by', one('a', { agents: AGENTS }), 'ssh', 'an "sshKey"'],
] as const)('with %s there is none, and it is said what an operator can do', (_, jenkinsOf, launch, words) => {
  expect(agentsOf([jenkinsOf], 'https://a.example.org/job/x/1/', launch)).toEqual({
    problem: expect.stringContaining(words),
  })
})
