import { openStore } from '../../../adapters/store/open.ts'
import { get, openLane, person, sha256 } from '../../kit/store.ts'

/** Lends and takes back as fast as it can, says which commands were answered, and kills itself at the n-th of a crash point. */
const [file = '', point = '', nth = '0', round = ''] = process.argv.slice(2)
let left = Number(nth)
const store = await openStore({ file, hash: sha256 })
const lane = await openLane(store, {
  crash: (at) => {
    if (at !== point) return
    left -= 1
    if (left <= 0) process.kill(process.pid, 'SIGKILL')
  },
})

const work = async (caller: number): Promise<void> => {
  for (let n = 0; ; n += 1) {
    const id = `${round} ${caller} ${n}`
    const granted = await lane.ask(person(`p${caller}`, get(), id))
    if (granted.type === 'accepted' && granted.outcome.type === 'granted') {
      process.stdout.write(`${granted.outcome.lease} ${id}\n`)
      if (n % 3 > 0) await lane.ask(person(`p${caller}`, { do: 'done', what: granted.outcome.lease }, `done ${id}`))
    }
  }
}
await Promise.all(Array.from({ length: 8 }, (_, caller) => work(caller)))
