import { afterAll, expect, test } from 'vitest'
import { STEPS } from '#core'
import { workshop } from '../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

test.each(STEPS)('the null driver does nothing for %s, and says so', async (step) => {
  const { result, log } = await shop.run({ step, driver: 'null' })
  expect(result.outcome).toBe('ok')
  expect(log).toContain('Null driver, nothing is done')
})
