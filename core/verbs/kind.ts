import type { SshKey } from '../ssh-key.ts'
import type { Recurring } from '../instant.ts'

/** What a word names: how usage puts it, `lease|machine`. */
export type Names =
  | 'type'
  | 'pool'
  | 'lease'
  | 'request'
  | 'machine'
  | 'refusal'
  | 'verb'
  | 'arch'
  | 'label'
  | 'tenant'
  | 'key'
  | 'platform'
  | 'chassis'

/** What an argument can be; `values.ts` reads each from what people and programs send. */
export type Kind =
  /** A name: a letter or digit, then letters, digits and `._:-`. `names`: of what, several if any of them will do. */
  | { readonly type: 'word'; readonly longest: number; readonly example: string; readonly names: readonly Names[] }
  /** Anything that prints, on one line. */
  | { readonly type: 'text'; readonly longest: number; readonly example: string }
  /** A whole number from 1, or from `least`. */
  | { readonly type: 'count'; readonly least?: number; readonly most: number }
  /** `2h`, `90m`, `1h30m`, `3 days`; as a value, milliseconds. `orDefault`: or the word `default`, null in HTTP; as a value, that word. */
  | { readonly type: 'duration'; readonly longestMs: number; readonly example: string; readonly orDefault?: true }
  /** `18:00`, `tomorrow 09:10`, `2026-11-28T02:00Z`; as a value, milliseconds since 1970. In UTC, and ahead. */
  | { readonly type: 'instant'; readonly aheadMs: number; readonly example: string }
  /** `sunday 02:00`, `day 02:00`; as a value, its first and how often it comes. In UTC. */
  | { readonly type: 'recurring'; readonly example: string }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  /** True or false; a line that names it means the opposite of its standard. */
  | { readonly type: 'flag'; readonly standard: boolean }
  /** One line of OpenSSH, without options. */
  | { readonly type: 'sshKey'; readonly longest: number }
  /** `SHA256:` and 43 characters. */
  | { readonly type: 'fingerprint' }
  /** Somebody at a door: `irc:<network>:<account>`, `slack:<team>:<user>`. */
  | { readonly type: 'identity'; readonly longest: number }
  /** A member as a tenant's list has it: somebody at a door, or everybody there: `irc:<network>:*`, `slack:<team>:*`; or a Jenkins, `jenkins:<name>`. */
  | { readonly type: 'member'; readonly longest: number }
  | { readonly type: 'uuid' }
  /** What `link` told on another side: as a value, its fingerprint alone. */
  | { readonly type: 'linkCode' }
  /** `alice@example.org`. */
  | { readonly type: 'mail'; readonly longest: number }
  /** The address of a Jenkins build; as a value, in one spelling. */
  | { readonly type: 'buildUrl' }
  /** Of files on a machine: absolute, with `*` and `?` for what is not known. */
  | { readonly type: 'path'; readonly longest: number; readonly example: string }
  /** Text by name. */
  | { readonly type: 'pairs'; readonly most: number; readonly longest: number }

/** An argument as read: a string, a count, milliseconds, or an instant, a flag, a key, pairs. */
export type Value = string | number | boolean | SshKey | Recurring | Readonly<Record<string, string>>

/** What is never shown back: it may be the secret half of a key, pasted by mistake, or a code that is still good. */
export const isSecretKind = ({ type }: Kind): boolean => type === 'sshKey' || type === 'linkCode'
