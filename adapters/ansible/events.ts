import { z } from 'zod'

/** What the playbook is doing, told as it happens. */
export type Progress =
  | { readonly type: 'task'; readonly task: string }
  | {
      readonly type: 'result'
      readonly task: string
      readonly host: string
      readonly status: 'ok' | 'failed' | 'ignored' | 'unreachable' | 'skipped' | 'retry'
      readonly changed: boolean
      /** Why, unless it is `ok` or `skipped`; without the run's secrets. */
      readonly message: string
    }
  /** The playbook's own process has ended; what it left behind is still to be cleared away. */
  | { readonly type: 'exit' }

const text = z.string().catch('')

/** The lines that the callback plugin and the gate write. */
const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('task'), task: text }),
  z.object({
    event: z.literal('result'),
    task: text,
    host: text,
    status: z.enum(['ok', 'failed', 'ignored', 'unreachable', 'skipped', 'retry']),
    changed: z.boolean().catch(false),
    message: text,
    said: text,
  }),
  z.object({ event: z.literal('output'), report: z.json().default(null), error: z.string().optional() }),
  z.object({ event: z.literal('stats') }),
  z.object({ event: z.literal('deadline') }),
  z.object({ event: z.literal('exit'), code: z.int() }),
])
export type Event = z.infer<typeof eventSchema>

/** How much is kept of what a module says of a failure, and of the last that its program said. */
const MESSAGE_CHARACTERS = 200
const SAID_CHARACTERS = 250

/**
 * One line as an event, with texts made fit to be shown by `clean`. Null for a line that is none of ours: nothing keeps a playbook
 * from writing there.
 */
export function parseEvent(line: string, clean: (text: string) => string): Event | null {
  const event = eventSchema.safeParse(readJson(line)).data ?? null
  if (event?.event === 'task') return { ...event, task: clean(event.task) }
  if (event?.event !== 'result') return event
  // Cleaned before it is cut: half a secret would not be recognised.
  const parts = [clean(event.message).slice(0, MESSAGE_CHARACTERS), lastLines(clean(event.said))]
  return { ...event, task: clean(event.task), message: parts.filter((part) => part !== '').join('; '), said: '' }
}

const lastLines = (said: string): string =>
  said.length <= SAID_CHARACTERS ? said : said.slice(-SAID_CHARACTERS).replace(/^[^\n]*\n/, '')

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Longer than the plugin's own limit for a report; a line without end must not fill the memory. */
const LINE_CHARACTERS = 1_000_000

/**
 * Lines as they come.
 *
 * @yields every line but those that are too long
 */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let dropping = false
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      if (!dropping) yield part
      dropping = false
    }
    if (rest.length > LINE_CHARACTERS) {
      rest = ''
      dropping = true
    }
  }
}
