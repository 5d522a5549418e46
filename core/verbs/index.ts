export { VERBS, verbNamed } from './catalogue.ts'
export type * from './kind.ts'
export { goesByPlace, optionOf, type Argument, type Ask, type Values, type Verb } from './verb.ts'
