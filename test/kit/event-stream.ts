import { setTimeout as pause } from 'node:timers/promises'

export interface Heard {
  readonly id: string
  readonly event: string
  // oxlint-disable-next-line no-explicit-any -- whatever the server says
  readonly data: any
}

/** Somebody who listens to server-sent events as browsers read them. */
export interface Listener extends AsyncDisposable {
  readonly status: number
  readonly heard: readonly Heard[]
  /** The last id, of events and of silence. */
  readonly lastId: string
  /** Whether the server has ended it. */
  readonly over: boolean
  /** What was heard once that many events were, or more. */
  until(count: number): Promise<readonly Heard[]>
  /** What an answer that is no stream says. */
  readonly problem: { readonly type: string; readonly detail: string; readonly limit?: string } | null
}

export const listen = async (
  url: string,
  { key, lastEventId }: { readonly key: string; readonly lastEventId?: string },
): Promise<Listener> => {
  const controller = new AbortController()
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    signal: controller.signal,
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const state = { heard: [] as Heard[], lastId: lastEventId ?? '', over: false }
  const reading = isStream ? read(response, state) : Promise.resolve()
  return {
    status: response.status,
    problem: isStream ? null : ((await response.json()) as Listener['problem']),
    get heard() {
      return state.heard
    },
    get lastId() {
      return state.lastId
    },
    get over() {
      return state.over
    },
    async until(count) {
      const end = performance.now() + 10_000
      while (state.heard.length < count) {
        if (performance.now() > end) throw new Error(`only ${JSON.stringify(state.heard)} was heard`)
        await pause(5)
      }
      return [...state.heard]
    },
    async [Symbol.asyncDispose]() {
      controller.abort()
      await reading
    },
  }
}

const read = async (response: Response, state: { heard: Heard[]; lastId: string; over: boolean }): Promise<void> => {
  let text = ''
  try {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) hear(message, state)
    }
  } catch {
    // Whoever hangs up is told so.
  }
  state.over = true
}

const hear = (message: string, state: { heard: Heard[]; lastId: string }): void => {
  const fields = new Map(message.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]))
  state.lastId = fields.get('id') ?? state.lastId
  const data = fields.get('data')
  if (data !== undefined)
    state.heard.push({ id: state.lastId, event: fields.get('event') ?? 'message', data: JSON.parse(data) })
}
