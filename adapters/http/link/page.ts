import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, scriptOf, styleOf } from '../html.ts'
import type { Answer } from '../route.ts'
import { STYLE } from './style.ts'

/**
 * Where whoever has an API key says the code that Duffy gave them in a chat: it shows whose the code is, and links that account on a
 * yes. The page itself knows nothing; its script asks the API as anybody does.
 */
export const linkPage = (): Answer => (page ??= made())
let page: Answer | null = null

const made = (): Answer => {
  const script = readFileSync(new URL('link.js', import.meta.url), 'utf8')
  return {
    status: 200,
    body: bodyOf(script),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(script)}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      // Whoever opened it cannot turn it to another code while it is read.
      'cross-origin-opener-policy': 'same-origin',
    },
  }
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** No field has a name, so that no browser sends one anywhere, whatever becomes of the script. */
const bodyOf = (script: string): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Link an account to Duffy</title>
        ${styleOf(STYLE)}
      </head>
      <body>
        <main>
          <h1>Link an account</h1>
          <p>
            Say <code>link</code> to Duffy in private, in the chat where it does not know you yet: it gives you a code.
            Here it knows you by your API key.
          </p>
          <noscript>
            <p>
              This page works by a script, which your browser does not run. At the command line:
              <code>duffy link K7M2-9QPD-3TXA</code>, with your code.
            </p>
          </noscript>
          <form id="ask">
            <label for="key">API key</label>
            <input id="key" type="password" required autocomplete="off" spellcheck="false" aria-describedby="kept" />
            <small id="kept">It stays in this page, and is gone when you leave it.</small>
            <label for="code">Code</label>
            <input
              id="code"
              required
              autocomplete="off"
              autocapitalize="characters"
              spellcheck="false"
              maxlength="40"
              aria-describedby="like"
            />
            <small id="like">Like K7M2-9QPD-3TXA; good once, for ten minutes.</small>
            <button>Whose is it?</button>
          </form>
          <section id="confirm" aria-labelledby="whose" hidden>
            <h2 id="whose" tabindex="-1"></h2>
            <p id="means"></p>
            <button id="yes" type="button">Yes, link it</button>
            <button id="no" type="button">No</button>
          </section>
          <p id="said" role="status" tabindex="-1"></p>
        </main>
        ${scriptOf(script)}
      </body>
    </html>`.text
