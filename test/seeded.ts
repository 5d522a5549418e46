import fc from 'fast-check'

/** What runs before each file of tests: with `DUFFY_TEST_SEED`, every property begins from that seed. */
const seed = process.env['DUFFY_TEST_SEED']
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
