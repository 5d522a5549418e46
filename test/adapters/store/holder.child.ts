import { openStore } from '../../../adapters/store/open.ts'
import { sha256 } from '../../kit/store.ts'

/** Holds a file until it is killed, or its parent is gone. */
await openStore({ file: process.argv[2]!, hash: sha256 })
process.stdout.write('open\n')
process.stdin.on('close', () => process.exit()).resume()
