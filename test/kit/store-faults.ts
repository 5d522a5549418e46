import type { Ledger, Turn } from '../../adapters/store/port.ts'

export type StoreCall = 'begin' | 'turn' | 'recordsAfter' | 'personalAfter' | 'answers' | 'write' | 'commit'

export class Broken extends Error {
  override readonly name = 'Broken'
}

/**
 * A store whose calls a test can fail: before their effect, or after it. `commit` after its effect is the commit whose
 * outcome is unknown. `spoil` is asked at each and throws at will.
 */
export const faulty = (store: Ledger, spoil: (call: StoreCall, when: 'before' | 'after') => void): Ledger => {
  const around = async <T>(call: StoreCall, work: () => Promise<T>): Promise<T> => {
    spoil(call, 'before')
    const result = await work()
    spoil(call, 'after')
    return result
  }
  return {
    load: () => store.load(),
    async transaction(work) {
      spoil('begin', 'before')
      const result = await store.transaction(async (turn) => {
        spoil('begin', 'after')
        const value = await work(faultyTurn(turn, around))
        spoil('commit', 'before')
        return value
      })
      spoil('commit', 'after')
      return result
    },
  }
}

const faultyTurn = (turn: Turn, around: <T>(call: StoreCall, work: () => Promise<T>) => Promise<T>): Turn => ({
  turn: () => around('turn', () => turn.turn()),
  recordsAfter: (seq) => around('recordsAfter', () => turn.recordsAfter(seq)),
  personalAfter: (number) => around('personalAfter', () => turn.personalAfter(number)),
  answers: (keys) => around('answers', () => turn.answers(keys)),
  write: (batch) => around('write', () => turn.write(batch)),
})
