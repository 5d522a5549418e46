/** Of the page that shows the API: readable on a phone, on paper, and in the dark. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dee4, #3a424b); --soft: light-dark(#f4f6f8, #1d232a); --dim: light-dark(#57606a, #9aa5b1) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem }
code, pre { font: 0.9em ui-monospace, monospace }
nav a { display: inline-block; margin: 0 0.75rem 0.25rem 0 }
h2 { margin: 2.5rem 0 0.5rem; border-bottom: 2px solid var(--line) }
article { margin: 1rem 0; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; break-inside: avoid; overflow-x: auto }
h3 { font-size: 1rem; margin: 0 }
h3 small, .answers { color: var(--dim); font-weight: normal }
h3 code:first-child { display: inline-block; min-width: 4.5em; text-align: center; border-radius: 4px; color: #fff; background: #57606a }
h3 code.get { background: #0b6bcb } h3 code.post { background: #1a7f37 } h3 code.delete { background: #c0362c } h3 code.put, h3 code.patch { background: #8a5a00 }
p { margin: 0.4rem 0 }
pre { background: var(--soft); padding: 0.6rem 0.8rem; border-radius: 6px; overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 0.9em }
td { border-top: 1px solid var(--line); padding: 0.3rem 0.6rem 0.3rem 0; vertical-align: top }
.answers { font-size: 0.85em }
`
