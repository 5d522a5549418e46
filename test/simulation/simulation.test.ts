import { expect, test } from 'vitest'
import { live } from './simulated.ts'

/** Other lives than these: `DUFFY_SIM_SEED=7 npx vitest run test/simulation`. */
const FIRST_SEED = Number(process.env['DUFFY_SIM_SEED'] ?? 1)
const SEEDS = 40
const ROUNDS = 150

test.each(Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index))(
  'the life of seed %i breaks no invariant, survives its restarts, and ends with every machine back',
  async (seed) => {
    const life = await live(seed, ROUNDS)
    expect(life.commands).toBeGreaterThan(ROUNDS)
    expect(life.records).toBeGreaterThan(100)
  },
)
