import { z } from 'zod'
import type { Json, RunReport } from '#core'

/** Templates make strings of numbers. */
const port = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(65_535))
const object = z.record(z.string(), z.json())

const reportSchema = z.object({
  address: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:%-]{0,254}$/, 'must be a host name or an IP address')
    .exactOptional(),
  port: port.exactOptional(),
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9._-]{0,63}$/, 'must be a login name')
    .exactOptional(),
  hostKeys: z
    .array(z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/, 'must be a type and a key'))
    .max(16)
    .exactOptional(),
  facts: object.exactOptional(),
  power: z.enum(['on', 'off']).exactOptional(),
  wipe: z.object({ method: z.string().max(200), ok: z.boolean() }).exactOptional(),
  data: object.exactOptional(),
})

/** What playbooks written for CentOS Duffy v3 report: one item for each node; here a run has one. */
const v3Schema = z.looseObject({
  nodes: z.tuple([z.looseObject({ ipaddr: z.string().nullish(), hostname: z.string().nullish() })]).rest(z.unknown()),
})

/** Reads `duffy_out`. Unknown names are dropped; a known one that is wrong is an error, since somebody would build on it. */
export function readReport(output: Json): { readonly report: RunReport } | { readonly fault: string } {
  const v3 = v3Schema.safeParse(output)
  const read = reportSchema.safeParse(v3.success ? fromV3(v3.data) : output)
  if (read.success) return { report: read.data }
  const [issue] = read.error.issues
  return { fault: `${['duffy_out', ...(issue?.path ?? [])].join('.')}: ${issue?.message}` }
}

/** The whole item is kept, because the playbook that ends the node's life wants it back. */
function fromV3({ nodes: [node], ...rest }: z.infer<typeof v3Schema>): object {
  const address = node.ipaddr ?? node.hostname
  return { ...rest, ...(address == null ? {} : { address }), data: node }
}
