/** Colours and styles: `\x03` and `\x04` carry digits that would stay behind as text. */
const FORMATTING =
  /\u0003(?:\d{1,2}(?:,\d{1,2})?)?|\u0004(?:[0-9a-f]{6}(?:,[0-9a-f]{6})?)?|[\u0002\u000F\u0011\u0016\u001D-\u001F]/gi
/** What moves the cursor, hides or reorders text. The joiner U+200D stays in what we say, since emoji need it. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const INVISIBLE = /(?!\u200D)[\p{Cf}\p{Co}]/gu
const SMART = new Map(
  Object.entries({
    '‘': "'",
    '’': "'",
    '‚': "'",
    '“': '"',
    '”': '"',
    '„': '"',
    '«': '"',
    '»': '"',
    '–': '-',
    '—': '-',
  }),
)

/** Text of one line as it may go out: no line break, control or formatting character, no broken code point. */
export function outgoing(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(FORMATTING, '')
    .replaceAll(BREAKS, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** What a person typed as plain text: formatting gone, full-width letters and smart quotes folded. */
export function incoming(text: string): string {
  const plain = outgoing(text).replaceAll('\u200D', '').normalize('NFKC')
  return plain
    .replaceAll(/[‘’‚“”„«»–—]/g, (mark) => SMART.get(mark) ?? mark)
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const NICK = /^[^\s,:!?*@#&$+~%\p{Cc}][^\s,!?*@\p{Cc}]{0,63}$/u
const CHANNEL = /^[~&@%+]{0,2}[#&+!][^\s,\p{Cc}]{0,63}$/u

/** Whether a line may be sent there: a nick (`person`), or a channel with its STATUSMSG prefix (`room`). */
export const isNick = (target: string): boolean => NICK.test(target)
export const isRoom = (target: string): boolean => CHANNEL.test(target)

export const byteLength = (text: string): number => Buffer.byteLength(text)

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Cuts a clean text into pieces of at most `limit` bytes: between words if it can, else between characters. */
export function cut(text: string, limit: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const word of text.split(' ')) {
    const longer = piece ? `${piece} ${word}` : word
    if (byteLength(longer) <= limit) {
      piece = longer
      continue
    }
    // A word that fits nowhere goes on where the line is; any other starts the next.
    const fits = byteLength(word) <= limit
    const parts = fits ? [piece, word].filter((part) => part !== '') : cutWord(longer, limit)
    piece = parts.pop() ?? ''
    pieces.push(...parts)
  }
  if (piece) pieces.push(piece)
  return pieces
}

function cutWord(word: string, limit: number): string[] {
  const parts = ['']
  const add = (unit: string) => {
    const last = parts.length - 1
    if (byteLength(`${parts[last]}${unit}`) <= limit) parts[last] += unit
    else parts.push(unit)
  }
  for (const { segment } of graphemes.segment(word)) {
    // One "character" may be a long chain of joined code points; then it is cut between those.
    if (byteLength(segment) <= limit) add(segment)
    else for (const point of segment) add(point)
  }
  return parts.filter((part) => part !== '')
}
