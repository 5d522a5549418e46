import type { Scrubber } from './secrets.ts'

/** What a run printed: the first and the last of it, fit to be shown to the lease's owner, within a limit of bytes. */
export interface Log {
  add(chunk: Buffer): void
  text(): string
}

/** The longest terminal escape that is taken out whole; of a longer one, only the control characters are. */
const ESCAPE_CHARACTERS = 260
const BYTES_PER_CHARACTER = 4
const ESCAPES = new RegExp(
  String.raw`\x1B(?:\[[0-?]{0,64}[ -/]{0,16}[@-~]|[\]P^_X][^\x07\x1B]{0,256}(?:\x07|\x1B\\)|[ -/]{0,16}[0-~])`,
  'g',
)
/** Control characters but line feed and tab, and those that turn the direction of writing or break lines unseen. */
const UNFIT = new RegExp(String.raw`[\x00-\x08\x0B-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]`, 'g')

/** Text without what could move a cursor, colour a screen or hide words. */
export const plain = (text: string): string =>
  text.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n').replaceAll(UNFIT, '')

/** Keeps raw bytes while the run prints, so that a hundred megabytes cost little, and cleans what is left when asked. */
export function createLog(limitBytes: number, scrubber: Scrubber): Log {
  const half = Math.floor(limitBytes / 2)
  // A cut may go through a secret or an escape, and half of one is not recognised: so much next to a cut is not shown.
  const unsure = scrubber.longest + ESCAPE_CHARACTERS
  const room = half + unsure * BYTES_PER_CHARACTER
  const head: Buffer[] = []
  const tail: Buffer[] = []
  let [headBytes, tailBytes, totalBytes] = [0, 0, 0]
  const cleaned = (chunks: readonly Buffer[]): string => scrubber.scrub(plain(Buffer.concat(chunks).toString('utf8')))
  return {
    add(chunk) {
      totalBytes += chunk.length
      const first = chunk.subarray(0, room - headBytes)
      if (first.length > 0) head.push(Buffer.from(first))
      headBytes += first.length
      const rest = chunk.subarray(first.length)
      // Copied: a piece of the stream's own buffer would keep all of it in memory.
      if (rest.length > 0) tail.push(Buffer.from(rest.subarray(-room)))
      tailBytes += Math.min(rest.length, room)
      while (tailBytes - (tail[0]?.length ?? 0) >= room) tailBytes -= tail.shift()?.length ?? 0
    },
    text() {
      const complete = headBytes + tailBytes === totalBytes
      const whole = complete ? cleaned([...head, ...tail]) : ''
      if (complete && Buffer.byteLength(whole) <= limitBytes) return whole
      const first = firstBytes(complete ? whole : cleaned(head).slice(0, -unsure), half)
      const last = lastBytes(complete ? whole : cleaned(tail).slice(unsure), half)
      const lost = totalBytes - Buffer.byteLength(first) - Buffer.byteLength(last)
      return `${first}\n[about ${lost} bytes left out]\n${last}`
    },
  }
}

/** A character cut in two at the edge is dropped. */
const firstBytes = (text: string, bytes: number): string =>
  Buffer.from(text)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')

const lastBytes = (text: string, bytes: number): string =>
  bytes === 0
    ? ''
    : Buffer.from(text)
        .subarray(-bytes)
        .toString('utf8')
        .replace(/^\uFFFD+/, '')
