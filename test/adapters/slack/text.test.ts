import { describe, expect, test } from 'vitest'
import { afterMention, shown, typed } from '../../../adapters/slack/text.ts'

describe('what is shown', () => {
  test('makes no mention and no link of what somebody wrote', () => {
    expect(shown(['<!channel> & <@U1> <https://a|b>'])).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://a|b&gt;')
  })

  test('has nothing that looks like a line of its own', () => {
    expect(shown(['one\ntwo', 'three'])).toBe('one two\nthree')
  })

  test('marks how to log in, so that it can be copied', () => {
    expect(shown(['m1: ssh -p 2201 ci@10.0.0.1, host key SHA256:x.'])).toBe(
      'm1: `ssh -p 2201 ci@10.0.0.1`, host key SHA256:x.',
    )
    expect(shown(['m1: ssh root@m1.ci.example.'])).toBe('m1: `ssh root@m1.ci.example`.')
  })

  test('is no longer than Slack takes', () => {
    const text = shown(Array.from({ length: 400 }, (_, at) => `line ${at} of many`))
    expect(text.length).toBeLessThanOrEqual(3_000)
    expect(text.endsWith('…')).toBe(true)
  })
})

describe('what is typed', () => {
  test.each([
    ['get metal', 'get metal'],
    ['a &lt;b&gt; &amp;amp;', 'a <b> &amp;'],
    ['<@U456|bob>', 'slack:T1:U456'],
    ['<@W456>', 'slack:T1:W456'],
    ['<#C1|builds>', '#builds'],
    ['<!here>', '@here'],
    ['<http://m1.example|m1.example>', 'm1.example'],
    ['<https://ci/job/1>', 'https://ci/job/1'],
    ['key AAAA <mailto:me@host|me@host>', 'key AAAA me@host'],
    ['two\nlines', 'two lines'],
    ['a < b', 'a < b'],
  ])('%s is %s', (text, line) => {
    expect(typed(text, 'T1')).toBe(line)
  })
})

describe('a mention of us', () => {
  test.each([
    ['<@U1> get metal', 'get metal'],
    [' <@U1|duffy>: get', 'get'],
    ['ask <@U1>', null],
    ['<@U2> get', null],
  ])('%s leaves %s', (text, rest) => {
    expect(afterMention(text, 'U1')).toBe(rest)
  })
})
