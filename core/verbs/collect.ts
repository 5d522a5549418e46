import { LONGEST_PATH, MOST_PATHS } from '../collect.ts'
import { nameOf } from './bounds.ts'
import type { Argument, Values, Verb } from './verb.ts'

/** What is to be collected, as `get` and `done` take it. */
export const COLLECT: Argument = {
  name: 'collect',
  kind: { type: 'path', longest: LONGEST_PATH, example: '/var/log/*.log' },
  summary: 'a file or directory to keep from the machines before they are wiped, with * and ?; several, if given again',
  after: ['collect'],
  many: MOST_PATHS,
}

export const collectIn = ({ collect }: Values): { readonly collect?: readonly string[] } =>
  collect === undefined ? {} : { collect: collect as readonly string[] }

export const artifacts: Verb = {
  name: 'artifacts',
  aliases: ['collected'],
  summary: 'what was collected from the machines of a lease, and until when it is kept',
  who: 'member',
  type: 'question',
  arguments: [{ name: 'lease', kind: nameOf(['lease'], 'L7Q2'), summary: 'a lease, over or not', required: true }],
  examples: ['artifacts L7Q2'],
  asks: ({ lease }) => ({ type: 'question', question: { ask: 'artifacts', lease: lease as string } }),
}
