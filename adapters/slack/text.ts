/** Slack reads these three in what it is sent; nothing else can make a mention or a link. */
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Of one message or block; Slack takes 3,000 characters in a section. */
const LONGEST = 2_900

/** Lines of an answer as Slack shows them: escaped, and with what is to be copied as code. */
export const shown = (lines: readonly string[]): string => {
  const text = escape(lines.map(withoutBreaks).join('\n')).replaceAll(LOGIN, '`$&`')
  return text.length <= LONGEST ? text : `${text.slice(0, text.lastIndexOf('\n', LONGEST) + 1 || LONGEST)}…`
}

/** A line break in a reason would look like a line of ours. */
// oxlint-disable-next-line no-control-regex -- these are what must not reach a line
const withoutBreaks = (line: string): string => line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')

/** Slack would take `user@host` for an address of mail. */
const LOGIN = /\bssh (?:-p \d+ )?[\w.-]+@[\w.:[\]-]*[\w\]]/g

/**
 * What somebody typed, as plain text on one line: links are what they were typed as, channels their name, and people of this
 * team the identity that Duffy knows them by.
 */
export const typed = (text: string, team: string): string =>
  unescape(text.replaceAll(/<([^<>]*)>/g, (_whole, inside: string) => plain(inside, team)))
    .replaceAll(/\s+/g, ' ')
    .trim()

const plain = (inside: string, team: string): string => {
  const bar = inside.indexOf('|')
  const [target, label] = bar === -1 ? [inside, null] : [inside.slice(0, bar), inside.slice(bar + 1)]
  if (/^@[UW][A-Z0-9]+$/.test(target)) return `slack:${team}:${target.slice(1)}`
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`
  return label ?? target.replace(/^mailto:/, '')
}

/** A message without the mention of us that it starts with, or null if it starts otherwise. */
export const afterMention = (text: string, us: string): string | null => {
  const mention = new RegExp(`^\\s*<@${us}(?:\\|[^>]*)?>[\\s,:]*`)
  return mention.test(text) ? text.replace(mention, '') : null
}
