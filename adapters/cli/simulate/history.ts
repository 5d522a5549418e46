import { readDuration, Recorder, type Instant, type Recorded, type RecordBody, DAY } from '#core'
import { ask, type Call } from '../call.ts'
import { optionOf } from '../words.ts'
import { EXIT, Stop, type Exit } from '../world.ts'

/** Records asked for at a time, as many as the server gives. */
const PAGE = 1000
const USUAL_MS = 28 * DAY

/**
 * What the site's own log says of a stretch of time: from a database file, or from the Duffy that runs, page by page and outside
 * its lane. The exit code instead, if that refused.
 */
export async function recordedHistory(call: Call, seed: number): Promise<Recorded | Exit> {
  const file = optionOf(call.words.options, 'db')
  const log = file === undefined ? null : await call.world.readLog(file)
  const latest = log === null ? Date.now() : log.lastAt + 1
  const until = Math.min(instantOf(call, 'until') ?? latest, latest) as Instant
  const lastMs = lastOf(call)
  const from = (instantOf(call, 'from') ?? until - lastMs) as Instant
  if (from >= until)
    throw new Stop(EXIT.misread, `there is nothing from ${isoOf(from)} to ${isoOf(until)}; give an earlier --from`)
  const recorder = new Recorder(from)
  const exit = log === null ? await addFromServer(call, recorder, until) : addAll(log.records, recorder, until)
  if (exit !== null) return exit
  const recorded = recorder.end(until, seed)
  if (recorded !== null && recorded.ground.load.length > 0) return recorded
  throw new Stop(
    EXIT.refused,
    `nobody asked for anything from ${isoOf(from)} to ${isoOf(until)}; --from and --until say when`,
  )
}

const addAll = (records: Iterable<{ readonly text: string }>, recorder: Recorder, until: Instant): null => {
  for (const { text } of records) {
    const body = JSON.parse(text) as RecordBody
    if (body.at >= until) break
    recorder.add(body)
  }
  return null
}

const addFromServer = async (call: Call, recorder: Recorder, until: Instant): Promise<Exit | null> => {
  for (let after: number | null = 0; after !== null;) {
    const asked = await ask(call, { path: `/api/v2/audit?after=${after}&limit=${PAGE}`, operator: true })
    if (!asked.ok) return asked.exit
    const page = asked.answer.body as unknown as { records: readonly { body: RecordBody }[]; next: number | null }
    after = page.next
    for (const { body } of page.records) {
      if (body.at >= until) return null
      recorder.add(body)
    }
  }
  return null
}

/** `2026-11-01`, `2026-11-01T08:00`, in UTC unless it says otherwise. */
const instantOf = ({ words }: Call, name: 'from' | 'until'): number | null => {
  const text = optionOf(words.options, name)
  if (text === undefined) return null
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text)
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(isZoned || text.length === 10 ? text : `${text}Z`) : NaN
  if (Number.isNaN(at))
    throw new Stop(EXIT.misread, `--${name} takes a time: --${name} 2026-11-01, or 2026-11-01T08:00`)
  return at
}

const lastOf = ({ words }: Call): number => {
  const text = optionOf(words.options, 'last')
  if (text === undefined) return USUAL_MS
  if (optionOf(words.options, 'from') !== undefined) throw new Stop(EXIT.misread, 'give either --last or --from')
  const ms = readDuration(text, 10 * 366 * DAY)
  if (typeof ms === 'number') return ms
  throw new Stop(EXIT.misread, '--last takes a length of time: --last 2w')
}

const isoOf = (at: number): string => new Date(at).toISOString()
