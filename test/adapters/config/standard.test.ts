import { expect, test } from 'vitest'
import { siteFrom } from '#core'
import { settings } from './site.ts'

test('who describes a site to core alone gets the terms that the config gives who says as little', async () => {
  const { site } = await settings({
    platforms: { intel: { arch: 'x86_64', vendor: 'any' } },
    pools: {
      metal: {
        type: 'metal',
        driver: 'null',
        steps: ['provision', 'check', 'grant', 'revoke', 'recycle', 'rebuild', 'shutdown'],
        machines: [{ name: 'n1', platform: 'intel' }],
      },
    },
    tenants: { qa: {} },
  })
  const sketched = siteFrom({
    digest: site.digest,
    platforms: [{ name: 'intel' }],
    pools: [{ name: 'metal' }],
    machines: [{ name: 'n1', pool: 'metal', platform: 'intel' }],
    tenants: [{ name: 'qa' }],
  })
  expect(sketched).toEqual(site)
})
