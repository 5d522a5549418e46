/** Characters of a line that are looked at. */
export const LONGEST_LINE = 5000
const SHOWN = 40

/** A word of a line, or several in quotes; `from` is where it starts. */
export interface Token {
  readonly text: string
  readonly from: number
  readonly quoted: boolean
  readonly closed: boolean
}

/** Quotes, dashes and white space as a keyboard has them, full-width forms as ASCII. Character for character. */
export const fold = (line: string): string =>
  line.replaceAll(
    /[\u00a0\u00ab\u00bb\u2000-\u200a\u2010-\u2015\u2018-\u201f\u202f\u2212\u3000\uff01-\uff5e\t]/g,
    (letter) => {
      const code = letter.charCodeAt(0)
      if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
      if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return '-'
      if ((code >= 0x201c && code <= 0x201f) || code === 0xab || code === 0xbb) return '"'
      return code >= 0x2018 && code <= 0x201b ? "'" : ' '
    },
  )

/** Characters that do not print, reorder text, or end a line. */
export const hasControl = (text: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(text) || !text.isWellFormed()

/** A quote opens at the start of a word only, so that an apostrophe stays one. */
export const tokens = (line: string): Token[] => {
  const found: Token[] = []
  let at = 0
  while (at < line.length) {
    if (line[at] === ' ') {
      at += 1
      continue
    }
    const quote = line[at]
    if (quote === '"' || quote === "'") {
      const end = line.indexOf(quote, at + 1)
      const closed = end !== -1
      found.push({ text: line.slice(at + 1, closed ? end : line.length), from: at, quoted: true, closed })
      at = closed ? end + 1 : line.length
      continue
    }
    const space = line.indexOf(' ', at)
    const end = space === -1 ? line.length : space
    found.push({ text: line.slice(at, end), from: at, quoted: false, closed: true })
    at = end
  }
  return found
}

/** Without the punctuation that ends a sentence. Not a pattern: those would be tried at every place. */
export const withoutEnding = (word: string): string => {
  let end = word.length
  while (end > 0 && '.,;:!?'.includes(word[end - 1]!)) end -= 1
  return word.slice(0, end)
}

/** The rest of a line as one text: without the quotes, if it is quoted as a whole. */
export const unquoted = (text: string): string => {
  const trimmed = text.trim()
  const quote = trimmed[0]
  const whole =
    trimmed.length > 1 && (quote === '"' || quote === "'") && trimmed.indexOf(quote, 1) === trimmed.length - 1
  return whole ? trimmed.slice(1, -1).trim() : trimmed
}

/** As it may be shown back: short, and nothing in it that does not print. */
export const shown = (text: string): string => {
  const start = text.slice(0, SHOWN).toWellFormed()
  const printable = Array.from(start, (letter) => (hasControl(letter) ? '·' : letter)).join('')
  return text.length > SHOWN ? `${printable}…` : printable
}
