import type { DurationProblem } from '../duration.ts'
import type { InstantProblem } from '../instant.ts'
import { SHORTEST_RSA_BITS, type KeyProblem } from '../ssh-key.ts'
import { LINK_CODE_LENGTH } from '../link-code.ts'
import { verbNamed } from '../verbs/catalogue.ts'
import type { Misread } from '../verbs/misread.ts'
import { openly, type Said, type Telling } from './said.ts'
import { span } from './time.ts'

/** Bad input in words: what was read, what belongs there, and a line to type instead. */
export function misreadSaid(misread: Misread, { say }: Pick<Telling, 'say'>): Said {
  const { problem, suggestion, example, verb, from } = misread
  const what = `${whatIsWrong(misread)} Nothing was done.`
  if (from === 'fields') return openly(suggestion === null ? what : `${what} Did you mean "${suggestion}"?`)
  if (suggestion !== null) return openly(`${what} Did you mean: ${say(suggestion)}`)
  const isWhole = verb === null || problem.type === 'unknownArgument' || problem.type === 'twice'
  return openly(isWhole && verb !== null ? `${what} See ${say(`help ${verb}`)}` : `${what} Try: ${say(example)}`)
}

const whatIsWrong = ({ problem, got, argument, verb, from }: Misread): string => {
  const name = argument ?? 'it'
  switch (problem.type) {
    case 'empty':
      return 'You said nothing more.'
    case 'unknownVerb':
      return `I don't know "${got}".`
    case 'unknownArgument':
      return from === 'fields' ? `There is no field "${got}".` : `I don't understand "${got}" there.`
    case 'idle':
      return `"${got}" does nothing here: ${IDLE[name] ?? 'leave it out'}.`
    case 'missing':
      return `"${name}"${otherwise(verb, argument)} is missing.`
    case 'twice':
      return `"${name}" is given twice${got === '' ? '' : `, the second time as "${got}"`}.`
    case 'notBoth':
      return `"${problem.other}" and "${name}" are both given: one of them will do.`
    case 'tooMany':
      return `"${name}" is given too often: at most ${problem.most} times.`
    case 'tooLong':
      return `${argument === null ? 'The line' : `"${argument}"`} is too long: at most ${problem.most} characters.`
    case 'controlCharacters':
      return `${argument === null ? 'That' : `"${argument}"`} contains characters that do not print, or ends a line.`
    case 'unclosedQuote':
      return `The quote that starts at "${got}" is never closed.`
    case 'badWord':
      return `"${got}" is no name: a name is made of letters, digits and . _ : - and starts with a letter or digit.`
    case 'badText':
      return `"${name}" is not text.`
    case 'badCount':
      return `"${got}" is no ${argument === 'priority' ? argument : 'number of machines'}: a whole number from ${problem.least} to ${problem.most} is.`
    case 'badDuration':
      return durationProblem(problem, got)
    case 'badInstant':
      return instantProblem(problem, got)
    case 'badRecurring':
      return problem.because === 'noTime'
        ? `At what time? "${got}" is a whole day: say "${got} 02:00", in UTC.`
        : `"${got}" is no time that comes again: ${problem.example}, "day 02:00" or "saturday 22:30" is, in UTC.`
    case 'badChoice':
      return `"${got}" does not belong there: ${alternatives(problem.of)} does.`
    case 'badFlag':
      return `"${name}" is true or false.`
    case 'badKey':
      return KEY_PROBLEMS[problem.because]
    case 'badFingerprint':
      return `"${got}" is no fingerprint: SHA256: and 43 characters, as "keys" lists them.`
    case 'badIdentity':
      return `"${got}" is nobody I can reach: irc:<network>:<account> or slack:<team>:<user> is.`
    case 'badMember':
      return `"${got}" is nobody who could be a member: irc:<network>:<account> or slack:<team>:<user> is, or irc:<network>:* or slack:<team>:* for everybody there, or jenkins:<name>.`
    case 'badUuid':
      return `"${name}" is no UUID: 32 hexadecimal digits with dashes, as Duffy v3 gave it.`
    case 'badLinkCode':
      return `That is no code to link by: it is ${LINK_CODE_LENGTH} letters and digits, as "link" told it where you are not known yet.`
    case 'badMail':
      return `"${got}" is no address of mail: alice@example.org is.`
    case 'badBuildUrl':
      return `"${got}" is no Jenkins build: give its BUILD_URL, such as https://jenkins.example.org/job/ceph/41/.`
    case 'badPath':
      return `"${got}" is no path to collect: it starts with /, such as /var/log/*.log, and has no .. in it.`
    case 'badPairs':
      return `"${name}" is text by name: names are letters, digits and . _ : / - and each stands once.`
  }
}

/** `same, prefer or any` */
const alternatives = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ')

/** Why, by the names of arguments. */
const IDLE: Readonly<Record<string, string>> = {
  priority: 'a reservation is before everybody who waits',
  queue: 'a reservation never waits, but is made or refused at once',
  keepPlace: 'a reservation is kept, whoever asks how it stands',
  pollWithin: 'a reservation is kept, whoever asks how it stands',
}

/** ` or "until"`: what would do in place of an argument. */
const otherwise = (verb: string | null, argument: string | null): string => {
  const other = verbNamed(verb ?? '')?.arguments.find(({ name }) => name === argument)?.or
  return other === undefined ? '' : ` or "${other}"`
}

const durationProblem = (
  { because, example, longestMs }: { because: DurationProblem; example: string; longestMs: number },
  got: string,
): string => {
  switch (because) {
    case 'nonsense':
      return `"${got}" is no length of time: ${example}, 90m, 1h30m or "3 days" is.`
    case 'noUnit':
      return `"${got}" of what? A length of time has a unit: ${example}, 90m or "3 days".`
    case 'zero':
      return `"${got}" is no time at all.`
    case 'negative':
      return `"${got}" is less than no time.`
    case 'tooLong':
      return `"${got}" is too long: nothing lasts more than ${span(longestMs)}.`
    case 'clockTime':
      return `A time of day ("${got}") does not belong there: say how long, such as ${example}.`
  }
}

const instantProblem = (
  { because, example, aheadMs }: { because: InstantProblem; example: string; aheadMs: number },
  got: string,
): string => {
  switch (because) {
    case 'nonsense':
      return `"${got}" is no time: ${example === 'tomorrow 09:10' ? '18:00' : example}, "tomorrow 09:10" or 2026-11-28T02:00Z is, in UTC.`
    case 'noTime':
      return `At what time? "${got}" is a whole day: say "${got} 09:10", in UTC.`
    case 'noSuchDate':
      return `There is no "${got}" in any calendar.`
    case 'past':
      return `"${got}" is past: times are in UTC.`
    case 'tooFar':
      return `"${got}" is too far off: at most ${span(aheadMs)} from now.`
  }
}

const KEY_PROBLEMS: Readonly<Record<KeyProblem, string>> = {
  empty: 'The SSH key is missing: it is the line in your .pub file.',
  tooLong: 'That is too long for an SSH key.',
  manyLines: 'That is more than one line: give one key, on one line.',
  controlCharacters: 'That key contains characters that do not print.',
  privateKey: 'That is a private key: never paste it anywhere, and make a new one now. Show the line in the .pub file.',
  otherFormat:
    'That is not how OpenSSH writes a key: show the line in the .pub file (ssh-keygen -i -f <file> converts others).',
  options: 'I take a key without options: start at its type, such as ssh-ed25519.',
  certificate: 'That is a certificate: show the key itself, the line in the .pub file.',
  dss: 'DSA keys are too weak. Make another: ssh-keygen -t ed25519.',
  shortRsa: `RSA keys need at least ${SHORTEST_RSA_BITS} bits. Make another: ssh-keygen -t ed25519.`,
  unknownType: 'That is no SSH public key: it starts with a type, such as ssh-ed25519.',
  noBlob: 'That key stops after its type: copy the whole line.',
  notBase64: 'That key was cut or changed on its way: copy the whole line.',
  typeMismatch: 'That key says one type and is another: copy the whole line.',
  broken: 'That key is broken or cut short: copy the whole line.',
  trailingBytes: 'That key has something after its end: copy the line anew.',
}
