/* What the page at /link does. The key is in its field and in what is asked alone: it is stored nowhere, and sent to Duffy only. */
const at = (id) => document.getElementById(id)
const [ask, key, code, confirm, whose, means, yes, no, said] = [
  'ask',
  'key',
  'code',
  'confirm',
  'whose',
  'means',
  'yes',
  'no',
  'said',
].map(at)

/** What a yes is a yes to: the code and the key as they were when it was shown whose it is. */
let asked = null

const say = (text) => {
  said.textContent = text
}

const forget = () => {
  asked = null
  confirm.hidden = true
}

const linkBy = async ({ apiKey, ...body }) => {
  const response = await fetch('api/v2/verbs/link', {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    redirect: 'error',
  })
  return { status: response.status, ...(await response.json()) }
}

const NO_KEY =
  'That is no API key of this Duffy, or one that was revoked; nothing was linked. Copy the whole key. An admin of your tenant makes a new one: duffy api-keys add.'

/** Does it with the buttons off, so that it is not done twice. `unsure`: what to say if no answer came. */
const working = async (unsure, work) => {
  for (const button of document.querySelectorAll('button')) button.disabled = true
  say('Asking Duffy …')
  try {
    await work()
  } catch {
    forget()
    say(unsure)
  } finally {
    for (const button of document.querySelectorAll('button')) button.disabled = false
  }
}

const refused = ({ status, detail }) => {
  forget()
  say(status === 401 ? NO_KEY : (detail ?? 'That was no answer of Duffy; nothing was linked. Try again.'))
}

ask.addEventListener('submit', (event) => {
  event.preventDefault()
  forget()
  const wanted = { apiKey: key.value.trim(), code: code.value.trim() }
  // What a header cannot carry is no key either.
  if (!/^[!-~]+$/.test(wanted.apiKey)) return say(NO_KEY)
  void working('Duffy could not be asked; nothing was linked. Try again.', async () => {
    const found = await linkBy(wanted)
    if (found.outcome !== 'linkFound') return refused(found)
    asked = wanted
    whose.textContent = `Is ${found.identity} you?`
    means.textContent = `The code was given to ${found.identity}. Linked, it speaks for ${found.tenant} as you do, and what either of you has is the other’s. Nothing is linked yet.`
    say('')
    confirm.hidden = false
    whose.focus()
  })
})

// Whoever changes what they asked is shown anew whose it is.
ask.addEventListener('input', forget)

yes.addEventListener('click', () => {
  const sure = { ...asked, yes: true }
  void working('No answer came, so look whether it is linked: duffy whoami', async () => {
    const done = await linkBy(sure)
    if (done.outcome === 'linked') say(`${done.identity} and you are one from now on.`)
    else if (done.outcome === 'linkClaimed')
      say(`${done.identity} speaks for ${done.tenant} by itself, so it is asked whether it is you. Say there: link yes`)
    else return refused(done)
    forget()
    ask.reset()
    said.focus()
  })
})

no.addEventListener('click', () => {
  forget()
  say('Nothing was linked.')
  code.focus()
})

// A link with the code behind "#", which no browser sends and so no log keeps.
code.value = decodeURIComponent(location.hash.slice(1))
if (code.value !== '') history.replaceState(null, '', location.pathname)
