import { describe, expect, test } from 'vitest'
import { readMember } from '#core'

describe('a member', () => {
  test.each([
    ['slack:T1:U2', 'slack:T1:U2'],
    ['slack:t1:w2', 'slack:T1:W2'],
    ['slack:T1:*', 'slack:T1:*'],
    ['irc:net:Alice', 'irc:net:alice'],
    ['irc:net:*', 'irc:net:*'],
    ['jenkins:main', 'jenkins:main'],
  ])('%s is %s', (written, member) => {
    expect(readMember(written)).toBe(member)
  })

  test.each([
    'slack:T1',
    'slack:*:*',
    'slack:T1:',
    'slack:T1:alice',
    'slack:X1:U2',
    'slack:T1:U2:U3',
    'mail:a@b',
    'U2',
    'jenkins:*',
    'jenkins:',
  ])('%s is nobody', (written) => {
    expect(readMember(written)).toBeNull()
  })
})
