import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

/** A thread of its own: one look at a bcrypt hash takes a quarter of a second of a processor. */
parentPort!.on('message', ({ id, secret, hash }: { id: number; secret: string; hash: string }) => {
  parentPort!.postMessage({ id, same: compareSync(secret, hash) }, [])
})
