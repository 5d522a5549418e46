/** Of the page that links accounts: readable on a phone and in the dark; what is about to be typed into stands out. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#8c959f, #6e7781); --dim: light-dark(#57606a, #9aa5b1); --accent: light-dark(#0b5cad, #6cb6ff) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere }
code, input { font-family: ui-monospace, monospace }
label { display: block; margin-top: 1rem; font-weight: 600 }
input { box-sizing: border-box; width: 100%; padding: 0.5rem; font-size: 1rem; border: 1px solid var(--line); border-radius: 6px }
small { display: block; color: var(--dim) }
button { margin: 1rem 0.5rem 0 0; padding: 0.5rem 1rem; font: inherit; border: 1px solid var(--line); border-radius: 6px }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
#confirm { margin-top: 1.5rem; padding: 0.25rem 1rem 1rem; border: 2px solid var(--accent); border-radius: 8px }
`
