import { apiOf } from './api.ts'
import { commandNamed } from './commands/index.ts'
import { helpText } from './help.ts'
import { runVerb } from './verb.ts'
import { readWords } from './words.ts'
import { EXIT, Stop, type Exit, type World } from './world.ts'

/** One call of the command line, from its words to its exit code. */
export async function run(world: World): Promise<Exit> {
  try {
    const command = commandNamed(world.words)
    const words = readWords(world.words, command?.whole)
    const [first, ...rest] = words.operands
    if (first === 'help') return help(world, rest)
    if (words.help || first === undefined) return help(world, words.operands)
    const api = apiOf(world)
    return command === undefined ? await runVerb({ world, api, words }) : await command.run({ world, api, words })
  } catch (error) {
    if (!(error instanceof Stop)) return broken(world, error)
    world.err(`duffy: ${error.message}`)
    return error.exit
  }
}

const help = (world: World, operands: readonly string[]): Exit => {
  const text = helpText(operands)
  if (text === null)
    throw new Stop(EXIT.misread, `there is no "${operands.join(' ')}"; "duffy --help" lists what there is`)
  world.out(text)
  return EXIT.done
}

/** A bug, with what helps to find it. */
const broken = (world: World, error: unknown): Exit => {
  world.err(`duffy: that failed on my side: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return EXIT.fault
}
