import type { Pool } from '#core'
import type { Faults } from './faults.ts'
import type { PoolRead } from './schema.ts'

interface Place {
  readonly kind: Pool['kind']
  readonly machines: number
  readonly path: readonly PropertyKey[]
  readonly faults: Faults
}

/** The machines that a pool keeps ready: all of a fixed pool and none of an elastic one if it does not say, and never more than it has. */
export const readyOf = (read: PoolRead['ready'], { kind, machines, path, faults }: Place): Pool['ready'] => {
  const usual = kind === 'fixed' ? machines : 0
  const checkMost = (count: number, at: readonly string[]): void => {
    if (count > machines)
      faults.add([...path, ...at], `The pool has ${machines} machines; keep at most that many ready.`)
  }
  if (read === undefined || typeof read === 'number') {
    checkMost(read ?? usual, [])
    return read ?? usual
  }
  const { missProbability, least, most = machines, atFirst = Math.max(least, Math.min(usual, most)) } = read
  checkMost(most, ['most'])
  if (least > most) faults.add([...path, 'least'], 'The least is more than the most; give at most as many.')
  if (atFirst < least || atFirst > most)
    faults.add([...path, 'atFirst'], `The level at first is to be from \`least\` to \`most\`, ${least} to ${most}.`)
  return { missProbability, least, most, atFirst }
}
