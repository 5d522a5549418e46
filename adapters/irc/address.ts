/**
 * The command in a line addressed to us, or null: `!duffy get metal`, `ournick: get metal`, `ournick, get metal` in a
 * channel; bare in private, where an address is tolerated. Expects text made plain by `incoming`.
 */
export function addressed(text: string, given: { nick: string; isPrivate: boolean; word?: string }): string | null {
  const word = `!${given.word ?? 'duffy'}`
  const lower = text.toLowerCase()
  if (lower === word) return ''
  if (lower.startsWith(`${word} `)) return text.slice(word.length + 1).trim()
  const nick = given.nick.toLowerCase()
  if (lower.startsWith(`${nick}:`) || lower.startsWith(`${nick},`)) return text.slice(nick.length + 1).trim()
  return given.isPrivate && text !== '' ? text : null
}
