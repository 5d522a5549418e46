import { Worker } from 'node:worker_threads'
import { sha256 } from '../../digest.ts'

/** Looks at bcrypt hashes beside everything else, one at a time. */
export interface HashChecks extends AsyncDisposable {
  /** Whether the secret is the one that was hashed; `busy` if too many are being looked at. */
  matches(secret: string, hash: string): Promise<boolean | 'busy'>
}

/** Waiting to be looked at; beyond it callers are told to come back. */
const MOST_WAITING = 8
/** Wrong guesses that are remembered, so that a loop with a wrong key costs nothing. */
const MOST_WRONG = 1000

export function hashChecks(): HashChecks {
  let worker: Worker | null = null
  let last = 0
  const waiting = new Map<number, (same: boolean) => void>()
  const wrong = new Set<string>()

  const started = (): Worker => {
    if (worker !== null) return worker
    worker = new Worker(new URL('./hash-checker.ts', import.meta.url))
    worker.on('message', ({ id, same }: { id: number; same: boolean }) => {
      waiting.get(id)?.(same)
      waiting.delete(id)
    })
    worker.on('error', () => {
      worker = null
      for (const answer of waiting.values()) answer(false)
      waiting.clear()
    })
    worker.unref()
    return worker
  }

  return {
    async matches(secret, hash) {
      const guess = sha256(`${secret} ${hash}`)
      if (wrong.has(guess)) return false
      if (waiting.size >= MOST_WAITING) return 'busy'
      const { promise, resolve } = Promise.withResolvers<boolean>()
      last += 1
      waiting.set(last, resolve)
      started().postMessage({ id: last, secret, hash }, [])
      const same = await promise
      if (!same) {
        if (wrong.size >= MOST_WRONG) wrong.clear()
        wrong.add(guess)
      }
      return same
    },
    async [Symbol.asyncDispose]() {
      for (const answer of waiting.values()) answer(false)
      await worker?.terminate()
    },
  }
}
