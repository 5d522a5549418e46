import { defineEntity, p } from '@mikro-orm/sqlite'

/** What a command was answered. `key` and `command` are digests: who asked for what is not kept twice. */
export const AnswerRow = defineEntity({
  name: 'AnswerRow',
  tableName: 'answer',
  properties: { id: p.integer().primary(), key: p.text(), command: p.text(), answer: p.text(), at: p.integer() },
})
