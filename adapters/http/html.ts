/** HTML that is safe to send: only what stands here makes it. */
class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
export type { Html }

type Part = Html | string | number | readonly Part[]

/** Whatever is put in is text, and escaped, unless this made it. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((string, at) => string + (at < parts.length ? told(parts[at]!) : '')).join(''))

/** A sheet of ours, exactly as it is hashed for the page's policy. */
export const styleOf = (sheet: string): Html => new Html(`<style>${sheet}</style>`)

/** A script of ours, exactly as it is hashed for the page's policy. */
export const scriptOf = (script: string): Html => new Html(`<script type="module">${script}</script>`)

const told = (part: Part): string => {
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(told).join('') : String(part).replaceAll(/[&<>"']/g, escaped)
}

const escaped = (mark: string): string => `&#${mark.charCodeAt(0)};`
