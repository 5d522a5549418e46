import type { Answer as Found, Candidate } from '#core'
import type { Cursor } from './page.ts'
import { misread, problem } from './problem.ts'
import type { Answer, Call } from './route.ts'
import { candidateWords } from './words.ts'

interface Listed {
  readonly candidates: readonly Candidate[]
  readonly total: number
  /** What to go on after; null: there are no more. */
  readonly next: number | null
  readonly lines: readonly string[]
}

/** A page of the machines that a decision chose from, recomputed from the log. */
export async function candidatesAnswer(
  { door }: Call,
  found: Found,
  { after, limit }: Cursor,
): Promise<Listed | Answer> {
  if (found.type !== 'whyRequest' && found.type !== 'whyLease')
    return misread('All machines are listed for a request or a lease: they are what a decision chose from.')
  const { position } = found
  const about = found.type === 'whyLease' ? found.lease.id : found.request.id
  if (position === null)
    return misread(
      found.type === 'whyRequest' && found.request.lease !== null
        ? `Request ${about} was granted at once; ask for its lease: duffy why ${found.request.lease} --all`
        : `No record of the decision on ${about} was found.`,
    )
  const recomputed = await door.ports.candidates({ about, position })
  if (recomputed.type === 'tooFar') return tooFar(recomputed)
  const { list } = recomputed
  const page = list.slice(after, after + limit)
  const next = after + page.length < list.length ? after + page.length : null
  const more = next === null ? [] : [`More: GET …/why?candidates=all&after=${next}`]
  const lines = [...candidateWords(page, { total: list.length, position }, door.ports.clock()), ...more]
  return { candidates: page, total: list.length, next, lines }
}

const tooFar = ({ position, limit, most }: { position: number; limit: 'records' | 'ms'; most: number }): Answer =>
  problem(
    422,
    'tooFarBack',
    'Too far back',
    `That decision stands at record ${position}, and replaying the log up to it takes more than ${limit === 'records' ? `${most} records` : `${most / 1000} s`}. What was recorded with it is told without "candidates=all".`,
    { position, limit, most },
  )
