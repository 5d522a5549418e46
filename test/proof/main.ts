/**
 * `npm run prove -- levels 31 32 33`: lives a simulated week of these seeds with every way of keeping machines ready, which takes
 * minutes, and keeps what it came to in docs/figures/. `npm run prove -- draw` makes the plot and the table of docs/ready-levels.md from it.
 * `npm run prove -- waits 44 45 46`: how many real waits came within the intervals that were given; some minutes too.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { draw, type Kept } from './draw.ts'
import { frontier, WHOLE } from './levels.ts'
import { coverage, type Coverage } from './waits.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const file = `${docs}figures/ready-levels.json`
const waitsFile = `${docs}figures/waits.json`
const LEVELS = [3, 4, 5, 6, 7, 8, 9, 10, 11]
const MISSES = [0.2, 0.1, 0.05, 0.02]

const kept = (): Kept[] => JSON.parse(readFileSync(file, 'utf8')) as Kept[]

const keptWaits = (): Coverage[] => JSON.parse(readFileSync(waitsFile, 'utf8')) as Coverage[]

const levels = (seeds: readonly number[]): void => {
  for (const seed of seeds) {
    for (const pattern of ['weekly', 'even'] as const) {
      const { fixed, predicted } = frontier(seed, { size: WHOLE, pattern, levels: LEVELS, misses: MISSES })
      const one = { seed, pattern, fixed: Object.fromEntries(fixed), predicted: Object.fromEntries(predicted) }
      const others = kept().filter((other) => other.seed !== seed || other.pattern !== pattern)
      writeFileSync(file, `${JSON.stringify([...others, one], null, 1)}\n`)
      console.log(`seed ${seed}, ${pattern}: kept in ${file}`)
    }
  }
}

const waits = (seeds: readonly number[]): void => {
  for (const seed of seeds) {
    const one = coverage(seed)
    const others = keptWaits().filter((other) => other.seed !== seed)
    writeFileSync(waitsFile, `${JSON.stringify([...others, one], null, 1)}\n`)
    console.log(`seed ${seed}: kept in ${waitsFile}`)
  }
}

const [what, ...seeds] = process.argv.slice(2)
if (what === 'levels') levels(seeds.map(Number))
else if (what === 'waits') waits(seeds.map(Number))
else if (what === 'draw') draw(kept(), docs)
else console.error('say what is to be proven: levels <seed…>, waits <seed…>, or draw')
