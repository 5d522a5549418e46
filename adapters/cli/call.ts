import type { Answer, Api, ApiCall } from './api.ts'
import type { Words } from './words.ts'
import { EXIT, type Exit, type World } from './world.ts'

/** A call of the command line, as its parts pass it on. */
export interface Call {
  readonly world: World
  readonly api: Api
  readonly words: Words
}

/** Asks the server; a problem is told on stderr, and gives the exit code. */
export async function ask(
  { world, api, words }: Call,
  call: ApiCall,
): Promise<{ readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly exit: Exit }> {
  const answer = await api.send(call)
  if (answer.status >= 200 && answer.status < 300) return { ok: true, answer }
  return { ok: false, exit: tellProblem({ world, words }, answer) }
}

export const tellProblem = ({ world, words }: Pick<Call, 'world' | 'words'>, answer: Answer): Exit => {
  if (words.json) world.out(answer.text)
  else world.err(`duffy: ${problemText(answer)}`)
  return exitOf(answer)
}

const problemText = ({ status, body }: Answer): string => {
  const detail = body?.['type'] === 'urn:duffy:noKey' ? NO_KEY : body?.['detail']
  return typeof detail === 'string' ? detail : `the answer was HTTP ${status}, and not one of Duffy's`
}

/** Where the command line takes its key from; the server speaks of headers. */
const NO_KEY =
  'Duffy knows no such API key, so nothing was done. It was looked for in DUFFY_API_KEY, or else in the data directory of a Duffy on this host; an admin of your tenant makes one: duffy api-keys add'

/** A refusal says which; what is wrong with the call itself is a misread; all else that failed did so on the other side. */
const exitOf = ({ status, body }: Answer): Exit => {
  if (body?.['refusal'] !== undefined) return EXIT.refused
  if (status === 400 || status === 413 || status === 415 || status === 422) return EXIT.misread
  if (body?.['type'] === 'urn:duffy:fault') return EXIT.fault
  const lawful =
    status === 401 || status === 403 || status === 404 || status === 409 || status === 429 || status === 503
  return lawful && body?.['type'] !== undefined ? EXIT.refused : EXIT.fault
}

/** Tells a good answer: the JSON as it came, or what `tell` makes of it. */
export function tell(
  { world, words }: Call,
  answer: Answer,
  asText: (body: Readonly<Record<string, unknown>>) => string,
): Exit {
  world.out(words.json ? answer.text : asText(answer.body ?? {}))
  return EXIT.done
}
