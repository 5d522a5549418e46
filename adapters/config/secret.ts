import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/** Text that must not be seen: every usual way of printing it gives `[redacted]`. Only `reveal` gives it up. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
