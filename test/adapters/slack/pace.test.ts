import { webApi } from '@slack/bolt'
import { afterEach, describe, expect, test } from 'vitest'
import { pace, type Pace } from '../../../adapters/slack/pace.ts'

const open: Pace[] = []
const paced = (everyMs = 100, waiting = 100): Pace => {
  const one = pace({ everyMs, waiting }, Date.now)
  open.push(one)
  return one
}
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

/** When each was said, and what. */
const rig = () => {
  const said: { what: string; at: number }[] = []
  return {
    said,
    say: (what: string) => async () => {
      said.push({ what, at: Date.now() })
      return what
    },
  }
}

describe('messages', () => {
  test('go out in order within a channel, one in a while', async () => {
    const { said, say } = rig()
    const { post } = paced(100)
    await Promise.all(['a', 'b', 'c'].map((what) => post('C', say(what))))
    expect(said.map(({ what }) => what)).toEqual(['a', 'b', 'c'])
    expect(said[2]!.at - said[0]!.at).toBeGreaterThanOrEqual(195)
  })

  test('do not wait for another channel', async () => {
    const { said, say } = rig()
    const { post } = paced(60_000)
    await Promise.all(['C', 'D', 'E'].map((channel) => post(channel, say(channel))))
    expect(said.map(({ what }) => what)).toEqual(['C', 'D', 'E'])
  })

  test('that Slack has no time for wait as long as it says, and so do all others', async () => {
    const { said, say } = rig()
    const { post } = paced(10)
    const began = Date.now()
    let isFirst = true
    const refused = post('C', async () => {
      if (isFirst) {
        isFirst = false
        throw new webApi.WebAPIRateLimitedError(1)
      }
      return say('first')()
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await Promise.all([refused, post('D', say('other'))])
    expect(said.every(({ at }) => at - began >= 950)).toBe(true)
    expect(said).toHaveLength(2)
  })

  test('that would come too late are not sent', async () => {
    const { said, say } = rig()
    const { post } = paced(500)
    const first = post('C', say('first'))
    expect(await post('C', say('late'), Date.now() + 100)).toBe('stale')
    await first
    expect(said.map(({ what }) => what)).toEqual(['first'])
  })

  test('are bounded in number for a channel', async () => {
    const { say } = rig()
    const { post, close } = paced(1_000, 2)
    const waiting = [post('C', say('a')), post('C', say('b'))]
    await expect(post('C', say('c'))).rejects.toThrow('too much waits')
    close()
    await Promise.allSettled(waiting)
  })

  test('of which one fails leave the next alone', async () => {
    const { said, say } = rig()
    const { post } = paced(10)
    await expect(post('C', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await post('C', say('next'))
    expect(said).toHaveLength(1)
  })
})
