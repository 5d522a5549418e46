import fc from 'fast-check'
import { again, cancel, get, getAll, leave, look, queueUp, together } from './asking.ts'
import { configure, finish, late, lift, maintain, restart, sweep } from './happening.ts'
import { done, extend, hold, meddle } from './holding.ts'
import type { Life } from './life.ts'
import type { System } from './system.ts'

/** Named once for each share of a life that it takes. */
const FREQUENT = [get, get, get, get, together, done, done, finish, finish, finish, finish, finish, finish]
/** So often that there is a line in most lives. */
const LINE = Array.from({ length: 12 }, () => queueUp)
const SELDOM = [
  getAll,
  again,
  cancel,
  leave,
  look,
  extend,
  hold,
  meddle,
  late,
  sweep,
  sweep,
  configure,
  restart,
  maintain,
  lift,
  lift,
]

export const arbitrarySteps = fc.commands<Life, System, true>([...LINE, ...FREQUENT, ...SELDOM] as never, {
  maxCommands: 60,
  size: 'max',
})
