declare const brand: unique symbol
type Branded<Name extends string, Base = string> = Base & { readonly [brand]: Name }

export type MachineName = Branded<'machine'>
export type PoolName = Branded<'pool'>
export type PlatformName = Branded<'platform'>
export type TenantName = Branded<'tenant'>
export type LeaseId = Branded<'lease'>
export type RequestId = Branded<'request'>
export type RunId = Branded<'run'>
export type PersonId = Branded<'person'>
export type ApiKeyId = Branded<'api key'>
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Branded<'instant', number>
