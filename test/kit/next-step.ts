import { readLine } from '#core'

/** Where a line that an answer says to type ends: with its clause. */
const END = /[.?]?(?:$|\n|[.;,?)](?=\s|$)|\s\(|: |")/
const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 23, 16, 40) }

/** The lines that an answer in IRC says to type, without the `!duffy` before them. */
export const typedInIrc = (text: string): string[] => after(text, /!duffy /g)
/** In Slack they are marked as such. */
export const typedInSlack = (text: string): string[] =>
  [...text.matchAll(/`\/duffy ([^`]+)`/g)].map(([, line]) => line!)
/** At the command line. `Duffy`, in prose, is somebody. */
export const typedInShell = (text: string): string[] => after(text, /(?<![\w.:/!-])duffy (?=[a-z])/g)

const after = (text: string, command: RegExp): string[] =>
  [...text.matchAll(command)].map(({ 0: { length }, index }) => {
    const rest = text.slice(index + length)
    return rest.slice(0, END.exec(rest)!.index)
  })

/** What is asked by a line that the grammar reads; a line that leaves its end to the reader (`keys add ssh-ed25519 AAAA…`) is read up to there. */
export const isUnderstood = (line: string): boolean => {
  const read = readLine(line, PORTS)
  if (read.type === 'ask' || line === 'more') return true
  return line.includes('…') && read.verb !== null && read.problem.type === 'badKey'
}
