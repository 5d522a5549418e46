import { readFileSync } from 'node:fs'
import { ask } from '../call.ts'
import { plain } from '../table.ts'
import { readExport } from '../v3-export.ts'
import { expectOnly } from '../words.ts'
import { EXIT, Stop, type Exit } from '../world.ts'
import type { Command } from './command.ts'

export const importing: Command = {
  name: 'import',
  usage: 'duffy import v3 FILE',
  summary:
    'take over the tenants of a Duffy v3, their keys included, from an export of its table: pg_dump, CSV or JSON',
  async run(call) {
    const [, from, file, ...more] = call.words.operands
    if (from !== 'v3' || file === undefined || more.length > 0)
      throw new Stop(EXIT.misread, `it is used like: ${importing.usage}`)
    expectOnly(call.words.options, [])
    const tenants = readExport(textOf(file))
    if (tenants === null) {
      const how = 'pg_dump --data-only --table=tenants duffy > tenants.sql'
      throw new Stop(EXIT.misread, `${file} is no export of the table "tenants". Make one: ${how}`)
    }
    let worst: Exit = EXIT.done
    for (const tenant of tenants) {
      const asked = await ask(call, { method: 'POST', path: '/api/v2/import/v3', body: tenant, operator: true })
      if (!asked.ok) worst = asked.exit
      else if (call.words.json) call.world.out(asked.answer.text)
      else call.world.out(plain(`${tenant.name}: ${DID[asked.answer.body?.['did'] as keyof typeof DID]}`))
    }
    return worst
  },
}

const DID = {
  added: 'added, with its key',
  keyAdded: 'was here already; its key is known now',
  nothing: 'was here already',
} as const

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Stop(EXIT.misread, `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}
