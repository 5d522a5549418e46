import { EXIT, Stop } from '../world.ts'
import type { AskWritten } from './load-file.ts'

type Written = { -readonly [K in keyof AskWritten]: AskWritten[K] }

const EXAMPLE = '--ask "infra 2/h metal x3 for 4h used 40m office"'

/** `infra 2/h metal x3 any for 4h used 40m patience 1h office`: a tenant, how often, what, and how. */
export function readAsk(text: string): readonly [tenant: string, ask: AskWritten] {
  const [tenant, often, type, ...rest] = text.trim().split(/\s+/)
  const rate = /^(\d{1,6}(?:\.\d{1,4})?)\/(h|d)$/.exec(often ?? '')
  if (tenant === undefined || type === undefined || rate === null)
    throw new Stop(EXIT.misread, `"${text}" is to name a tenant, how often, and what: ${EXAMPLE}`)
  const ask: Written = { type, perHour: rate[2] === 'h' ? Number(rate[1]) : Number(rate[1]) / 24 }
  for (let at = 0; at < rest.length;) at += take(ask, rest.slice(at), text)
  return [tenant, ask]
}

/** How many words it took. */
const take = (ask: Written, [word, value]: readonly string[], text: string): number => {
  const count = /^x([1-9]\d{0,3})$/.exec(word!)
  if (count !== null) ask.count = Number(count[1])
  else if (word === 'same' || word === 'prefer' || word === 'any') ask.platform = word
  else if (word === 'even' || word === 'office') ask.hours = word
  else if (value !== undefined && (word === 'for' || word === 'used' || word === 'patience')) {
    ask[word] = value
    return 2
  } else if (value !== undefined && word === 'priority') {
    ask.priority = Number(value)
    return 2
  } else {
    const known = 'x3, same, prefer, any, even, office, for 4h, used 40m, patience 1h, priority 1'
    throw new Stop(EXIT.misread, `"${word}" has no place in "${text}"; after what is asked for come ${known}`)
  }
  return 1
}
