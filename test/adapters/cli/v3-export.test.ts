import { describe, expect, test } from 'vitest'
import { readExport } from '../../../adapters/cli/v3-export.ts'

const HASH = '$2b$12$abcdefghijklmnopqrstuuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12'
const HEX = Buffer.from(HASH).toString('hex')

const DUMP = `--
-- PostgreSQL database dump
--
SET client_encoding = 'UTF8';
COPY public.tenants (id, active, created_at, retired_at, name, is_admin, ssh_key, api_key, node_quota, session_lifetime, session_lifetime_max) FROM stdin;
1\tt\t2022-06-01 10:00:00+00\t\\N\tsystemd\tf\tssh-ed25519 AAAA x\\ty\t\\\\x${HEX}\t20\t\\N\t12:00:00
2\tf\t2022-06-01 10:00:00+00\t2023-01-01 00:00:00+00\told\tt\tssh-rsa BBBB\t\\\\x${HEX}\t\\N\t06:00:00\t1 day 02:30:00
\\.

COPY public.sessions (id) FROM stdin;
9
\\.
`
const ROWS = [
  {
    name: 'systemd',
    sshKey: 'ssh-ed25519 AAAA x\ty',
    apiKey: HASH,
    isAdmin: false,
    active: true,
    quota: 20,
    usualS: null,
    longestS: 43_200,
  },
  {
    name: 'old',
    sshKey: 'ssh-rsa BBBB',
    apiKey: HASH,
    isAdmin: true,
    active: false,
    quota: null,
    usualS: 21_600,
    longestS: 95_400,
  },
]

describe('an export of Duffy v3', () => {
  test('is read as pg_dump writes it', () => {
    expect(readExport(DUMP)).toEqual(ROWS)
    expect(readExport(DUMP.replaceAll('\n', '\r\n'))).toEqual(ROWS)
  })

  test('is read as CSV with a header', () => {
    const csv = `id,active,name,is_admin,ssh_key,api_key,node_quota,session_lifetime,session_lifetime_max
1,t,systemd,f,"ssh-ed25519 AAAA x\ty",\\x${HEX},20,,12:00:00
2,f,old,t,ssh-rsa BBBB,\\x${HEX},,06:00:00,1 day 02:30:00
`
    expect(readExport(csv)).toEqual(ROWS)
  })

  test('is read as JSON, with a UUID in place of a hash', () => {
    const apiKey = '3f2504e0-4f89-41d3-9a0c-0305e82c33aa'
    const json = JSON.stringify({ tenants: [{ name: 'infra', api_key: apiKey, ssh_key: null, retired_at: null }] })
    expect(readExport(json)).toEqual([
      { name: 'infra', sshKey: null, apiKey, isAdmin: false, active: true, quota: null, usualS: null, longestS: null },
    ])
  })

  test.each(['', 'hello', '{"a": 1}', '[1]', '[{"id": 1}]', 'id,ssh_key\n1,x\n', '{'])('%j is none', (text) => {
    expect(readExport(text)).toBeNull()
  })
})
