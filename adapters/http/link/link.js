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
/** What is being looked up; null again as soon as the fields say something else. */
let sought = null

const say = (text) => {
  said.textContent = text
}

/** A name as it is: nothing in it hides, or turns around what stands beside it. */
const plain = (name) => String(name).replaceAll(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, '�')

const forget = () => {
  asked = null
  sought = null
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

const NO_CODE =
  'That is no code: one is 12 letters and digits, like K7M2-9QPD-3TXA. Nothing was linked. Say “link” to Duffy in the chat.'

const wrongCode = (left) =>
  `That code is wrong, used, or too old by now; nothing was linked. ${left === 0 ? 'That was the last try for now.' : `${left} ${left === 1 ? 'try' : 'tries'} left.`} For a new code say “link” in the chat again.`

const UNLINKED = 'Duffy could not be asked; nothing was linked. Try again.'
const UNSURE = 'No answer came, so look whether it is linked: say “whoami” to Duffy in the chat.'

/** Does it with the buttons off, so that it is not done twice. `unsure`: what to say if no answer came. */
const working = async (unsure, work) => {
  for (const button of document.querySelectorAll('button')) button.disabled = true
  say('Asking Duffy …')
  try {
    await work()
  } catch {
    refused({}, unsure)
  } finally {
    for (const button of document.querySelectorAll('button')) button.disabled = false
  }
}

/** Says why not, and has whoever works by the keyboard where the next try begins. */
const refused = ({ status, type, refusal, data, detail }, unsure) => {
  forget()
  if (status === 401) say(NO_KEY)
  else if (type === 'urn:duffy:misread') say(NO_CODE)
  else if (refusal === 'noSuchCode') say(wrongCode(data.left))
  else say(detail ?? unsure)
  const next = status === 401 ? key : code
  next.focus()
}

ask.addEventListener('submit', (event) => {
  event.preventDefault()
  forget()
  const wanted = { apiKey: key.value.trim(), code: code.value.trim() }
  // What a header cannot carry is no key either.
  if (!/^[!-~]+$/.test(wanted.apiKey)) return say(NO_KEY)
  sought = wanted
  void working(UNLINKED, async () => {
    const found = await linkBy(wanted)
    if (sought !== wanted) return say('The key or the code was changed meanwhile: ask again. Nothing was linked.')
    if (found.outcome !== 'linkFound') return refused(found, UNLINKED)
    asked = wanted
    whose.textContent = `Is ${plain(found.identity)} you?`
    means.textContent = `The code was given to ${plain(found.identity)}. Linked, it speaks for ${found.tenant} as you do, and what either of you has is the other’s. Nothing is linked yet.`
    say('')
    confirm.hidden = false
    whose.focus()
  })
})

// Whoever changes what they asked is shown anew whose it is.
ask.addEventListener('input', forget)

yes.addEventListener('click', () => {
  const sure = { ...asked, yes: true }
  void working(UNSURE, async () => {
    const done = await linkBy(sure)
    if (done.outcome === 'linked') say(`${plain(done.identity)} and you are one from now on.`)
    else if (done.outcome === 'linkClaimed')
      say(
        `${plain(done.identity)} speaks for ${done.tenant} by itself, so it is asked whether it is you. Say there: link yes`,
      )
    else return refused(done, UNSURE)
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

/** The code behind the "#" of the address, which no browser sends and so no log keeps. There it stays no longer than it is read. */
const take = () => {
  const behind = location.hash.slice(1)
  if (behind === '') return
  history.replaceState(null, '', location.pathname)
  forget()
  code.value = behind
}
take()
addEventListener('hashchange', take)

// A browser may keep a page that was left as it was, for whoever goes back.
addEventListener('pagehide', () => {
  ask.reset()
  forget()
  say('')
})

if (!isSecureContext) {
  for (const part of ask.elements) part.disabled = true
  say('This page came unencrypted, so others could read a key on its way. Open it by https.')
}
