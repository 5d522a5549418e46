import { nameOf } from './bounds.ts'
import type { Verb } from './verb.ts'

export const list: Verb = {
  name: 'list',
  aliases: ['ls', 'mine'],
  summary: 'what you hold and wait for; "all": what everybody holds',
  who: 'member',
  type: 'question',
  arguments: [{ name: 'scope', kind: { type: 'choice', of: ['mine', 'all'] }, summary: 'yours unless said' }],
  examples: ['list', 'list all'],
  asks: ({ scope }) => ({ type: 'question', question: { ask: 'list', scope: scope === 'all' ? 'all' : 'mine' } }),
}

export const why: Verb = {
  name: 'why',
  aliases: ['explain'],
  summary: 'why a request waits, why a lease has its machines, why a machine is not lent, why you were refused',
  who: 'member',
  type: 'question',
  arguments: [
    {
      name: 'about',
      kind: nameOf(['request', 'lease', 'machine', 'refusal'], 'R9K2'),
      summary: 'a request, a lease, a machine, or what a refusal named',
      required: true,
    },
    {
      name: 'all',
      kind: { type: 'flag', standard: false },
      summary: 'list every machine that the decision looked at, and what became of it, as the record has it',
      unspoken: true,
    },
  ],
  examples: ['why R9K2', 'why L7Q2', 'why metal-03', 'why X7Q2KM'],
  asks: ({ about, all }) => ({
    type: 'question',
    question: { ask: 'why', about: about as string, ...(all === true ? { all } : {}) },
  }),
}

export const status: Verb = {
  name: 'status',
  aliases: [],
  summary: 'how many machines are free, in use, being cleaned and out of service',
  who: 'anyone',
  type: 'question',
  arguments: [{ name: 'pool', kind: nameOf(['pool'], 'rack-7'), summary: 'one pool; all of them unless said' }],
  examples: ['status', 'status rack-7'],
  asks: ({ pool }) => ({
    type: 'question',
    question: { ask: 'status', pool: (pool as string | undefined) ?? null },
  }),
}

export const pools: Verb = {
  name: 'pools',
  aliases: [],
  summary: 'the pools, with what is free in each',
  who: 'anyone',
  type: 'question',
  arguments: [],
  examples: ['pools'],
  asks: () => ({ type: 'question', question: { ask: 'pools' } }),
}

export const wear: Verb = {
  name: 'wear',
  aliases: [],
  summary: 'how evenly machines are worked, and which have been idle longest',
  who: 'member',
  type: 'question',
  arguments: [],
  examples: ['wear'],
  asks: () => ({ type: 'question', question: { ask: 'wear' } }),
}

export const queue: Verb = {
  name: 'queue',
  aliases: ['line'],
  summary: 'who waits, in the order in which they are served, and what is set aside for them',
  who: 'member',
  type: 'question',
  arguments: [
    {
      name: 'type',
      kind: nameOf(['type', 'pool'], 'metal'),
      summary: 'metal, vm, or the name of a pool; everybody who waits unless said',
    },
  ],
  examples: ['queue', 'queue metal', 'queue rack-7'],
  asks: ({ type }) => ({ type: 'question', question: { ask: 'queue', type: (type as string | undefined) ?? null } }),
}

export const estimates: Verb = {
  name: 'estimates',
  aliases: ['calibration'],
  summary: 'how right the estimates of waits have been',
  who: 'anyone',
  type: 'question',
  arguments: [],
  examples: ['estimates'],
  asks: () => ({ type: 'question', question: { ask: 'estimates' } }),
}

export const who: Verb = {
  name: 'who',
  aliases: [],
  summary: 'who holds a machine, and until when',
  who: 'member',
  type: 'question',
  arguments: [{ name: 'machine', kind: nameOf(['machine'], 'metal-03'), summary: 'a machine', required: true }],
  examples: ['who metal-03'],
  asks: ({ machine }) => ({ type: 'question', question: { ask: 'who', machine: machine as string } }),
}

export const help: Verb = {
  name: 'help',
  aliases: ['?'],
  summary: 'the verbs, or one of them in full',
  who: 'anyone',
  type: 'question',
  arguments: [
    {
      name: 'verb',
      kind: { type: 'text', longest: 40, example: 'get' },
      summary: 'one verb; all of them unless said',
      rest: true,
    },
  ],
  examples: ['help', 'help get'],
  asks: ({ verb }) => ({ type: 'question', question: { ask: 'help', verb: (verb as string | undefined) ?? null } }),
}

export const whoami: Verb = {
  name: 'whoami',
  aliases: [],
  summary: 'who you are to Duffy: your accounts, tenant and role, and where you are told things',
  who: 'anyone',
  type: 'question',
  arguments: [],
  examples: ['whoami'],
  asks: () => ({ type: 'question', question: { ask: 'whoami' } }),
}
