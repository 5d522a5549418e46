import fc from 'fast-check'
import { ask, nth, ownerOf, step } from './life.ts'
import { memberOf, TENANTS } from './site.ts'
import type { Said } from './system.ts'

export const done = fc
  .record({ which: fc.nat(20), one: fc.boolean(), bad: fc.constantFrom(false, false, true), collect: fc.boolean() })
  .map(({ which, one, bad, collect }) =>
    step(
      `done ${which}${one ? ' in part' : ''}${bad ? ' bad' : ''}${collect ? ' collecting' : ''}`,
      async (life, system) => {
        const { model } = life
        const [id, lease] = nth(model.leases, which) ?? []
        const by = lease === undefined ? null : ownerOf(life, lease.asked)
        if (id === undefined || lease === undefined || by === null) return
        const machine = one || bad ? nth(lease.machines, which) : undefined
        const { entitled } = lease
        const command = {
          do: 'done',
          what: machine ?? id,
          ...(bad && machine !== undefined && { bad: 'it hums' }),
          ...(collect && nth(lease.machines, 0)?.startsWith('vm-') && { collect: ['/var/log'] }),
        } as const
        await ask(life, system, { by, command })
        // The machine itself may be back at once, in place of one that failed: what counts is what the lease is good for.
        const left = model.leases.get(id)?.entitled ?? 0
        if (left > (machine === undefined ? 0 : entitled - 1)) throw new Error(`${id} is still good for ${left}`)
      },
    ),
  )

export const extend = fc.record({ which: fc.nat(20), hours: fc.integer({ min: 1, max: 30 }) }).map(({ which, hours }) =>
  step(`extend ${which} by ${hours} h`, async (life, system) => {
    const [id, lease] = nth(life.model.leases, which) ?? []
    const by = lease === undefined ? null : ownerOf(life, lease.asked)
    if (id === undefined || by === null) return
    const command = { do: 'extend', what: id, byMs: hours * 3_600_000 } as const
    const [answer] = await ask(life, system, { by, command })
    if (answer!.type === 'extended' && answer.until <= system.at) throw new Error(`${id} was extended into the past`)
  }),
)

export const hold = fc
  .record({ which: fc.nat(20), hours: fc.option(fc.integer({ min: 1, max: 40 })) })
  .map(({ which, hours }) =>
    step(`hold ${which} for ${hours ?? 'as long as usual'}`, async (life, system) => {
      const [id, lease] = nth(life.model.leases, which) ?? []
      const by = lease === undefined ? null : ownerOf(life, lease.asked)
      if (id === undefined || lease === undefined || by === null) return
      const { until } = lease
      const forMs = hours === null ? null : hours * 3_600_000
      const [answer] = await ask(life, system, { by, command: { do: 'hold', what: id, forMs, reason: '' } })
      if (answer!.type === 'held' && lease.until < until) throw new Error(`${id} was cut short by a hold`)
      if (answer!.type === 'held' && lease.heldSince === null) throw new Error(`${id} is not held`)
    }),
  )

/** Who holds no longer, and who never did, change nothing. */
export const meddle = fc
  .record({ which: fc.nat(20), verb: fc.constantFrom('done' as const, 'extend' as const) })
  .map((odd) =>
    step(`meddle ${odd.verb} ${odd.which}`, async (life, system) => {
      const { model } = life
      const [current, lease] = nth(model.leases, odd.which) ?? []
      const told: Said[] = []
      const command = (what: string): Said['command'] =>
        odd.verb === 'done' ? { do: 'done', what } : { do: 'extend', what, byMs: 60_000 }
      const over = nth(model.ended, odd.which)
      for (const tenant of TENANTS) {
        if (current !== undefined && tenant !== lease!.tenant)
          told.push({ by: memberOf(tenant), command: command(current) })
        if (over !== undefined) told.push({ by: memberOf(tenant), command: command(over) })
      }
      if (told.length === 0) return
      const { answers, events } = await system.ask(...told)
      if (events.length > 0) throw new Error(`a stranger brought about ${events.map(({ type }) => type).join(', ')}`)
      if (answers.some(({ type }) => type !== 'noSuchLease')) throw new Error('a stranger was listened to')
    }),
  )
