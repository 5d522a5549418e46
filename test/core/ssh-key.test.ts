import { readSshKey } from '#core'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'

const read = (line: string) =>
  readSshKey(line, (blob) => createHash('sha256').update(blob).digest('base64').replaceAll('=', ''))

/** Made by ssh-keygen, with the fingerprints that it printed. */
const GOOD: readonly (readonly [line: string, fingerprint: string])[] = [
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINz/CepxlS5cdXAAdcB+kfzu4z/UPpJ6JRLec2IKpWpT',
    'SHA256:ILNR2KUnYcwWVOr1z5aYfLBk1ZjJfXZN04vt7qEbrjc',
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBKv1vPrk/xVWOxsuIpkGg+HbYGbMb15pA+rkBoa/YUbteDYPR3GusFeqqrv8uyxiM3DcdcUHLo6OSsjonsIoCs=',
    'SHA256:gBo0fO1Xe5NGz+Dmn8DN5eOX5gwFnGLAQ+2C8S57w/A',
  ],
  [
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBEbiLWQxHbSo4l78V9NCN0qIcyK1SaDmKxHMeihhf8/Kh/sBiFU9NRRivAs3ROrW7vRLhUGPR+Z8WfcaHaRnibNbo04rXcy0fvb9Y5Uji9g9gsWH6p64AIx42ziWEAr4BQ==',
    'SHA256:Cdyqw7z6u5xac7gP18epWjtSvMv98+MML1p7RksLoNk',
  ],
  [
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAGz6Qg8y6H1hxSA3wUE9T2Ii8J7nOeLfBZ5StIv0ik+/AjV6TPgJ1E3CCQdpwlKSIbrXKZHzfRvH2JTl5Whq1WzwgCAPQFX1kjtwykbJj6+618bHAcG1AIz0o/xY/txKyV0CIN1Yq51DbMbZ68AqWn+qEhZIm+bH+jz+1lgIQFg1D6XVA==',
    'SHA256:s2hc8hLmK5x3OPy8EveG7zCU3u49Cn/w/1stdewktgI',
  ],
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCOBi+ppNJlAiEGtPwhPLEb3SBqY6+rzCNUHSCn0HksIjzIy9VklIie7GnAxjc4ktTs+CnqFvJ9YU9SzI5szRouwdDx2mnNbszHLyQwhtzfmdKju0e56LPWj9QnSwlu37FKsefryM/6WuJYR3rapjkZb2qeVcsCyoZw5stEuIiK+MBFq0ODdbaRHbESJq4a+n6Fl6CC2/ANUAEbRXPexeR1oQTsgGtsrDpkM6vprdSCiUKHQch4zjM3vnJHJOxVxBTQ0dvdcl7ChMSqACDJZFJpIYUFUyPk5QqkKhuwKLYO8vajpJCZviQj5U695fad34nhvvBjys8bes1pwBdBhGydaAHMbn8c1Wr/G9o6y5ihYILiEtJ172ndBEgWBdu1SLPUCBenAHn7q6Jmbyl8n0L+C2/ksB3fnQZbkENDFC35EKPtRg/i0JVQNmLk9pRCy302+QSxDiyIuX194hxChQGDKvPTW6y54+5MV3rl/DN7lfQb6H4sjP7UpP1DeTI60pM=',
    'SHA256:oHPuJsK1GJF80OJfTnB2V20gCQNbk9L+vQ4HPDc+1mk',
  ],
]
const [ED25519, P256, P384, P521, RSA] = GOOD.map(([line]) => line) as [string, string, string, string, string]
const RSA_2048 =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCmzjq8Mk3WTXT7CCLZQRZRhhLSjFfFn2DDDVnOHcMX+3ysKSBlnqZgSZ1phyRY4NFeGTvMeeujsITA6SqT1uvCfH4HEsLRMqKU5q4fTi8yGr22aqBXmot13YJ3GwFsmQZMTME6lv58B2Ti4B0Yda36CqkVkMrTXfg6FN8b/AeKSK74XGBAChvIxJbXvOFPyDRCpHnLX7mTWzjGsNOW1qHUaKHDRQsMVLYQbMQynk6OPJcBdeyx9wUXahigXN/eilKmFB04YpgquPE6v6Oyaj4sMXRLjfL8bcmxv4HLzupJrB2Q4Tr/XP5wRRZ89FF/OzmpsrT4iaE0c7lwROttShHH'
const CERTIFICATE =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIM4W0rwj1kUgAC+oQZswbNX1Isl+bQUew1GNED59+RjfAAAAINz/CepxlS5cdXAAdcB+kfzu4z/UPpJ6JRLec2IKpWpTAAAAAAAAAAAAAAABAAAAAmlkAAAABgAAAAJjaQAAAAAAAAAA//////////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACDc/wnqcZUuXHVwAHXAfpH87uM/1D6SeiUS3nNiCqVqUwAAAFMAAAALc3NoLWVkMjU1MTkAAABAkhTgsPrMdMrvj0fe0Muc5cWQmLTQNserKxsOeLL6P4AEjaUzLjm9VHThXVhHwtnBIzPNAW4WE0sr9DqLg1+yBg=='

const sized = (bytes: string | Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, Buffer.from(bytes as string)])
}
/** A line of this type whose blob holds these parts. */
const lineOf = (type: string, ...parts: (string | Uint8Array)[]): string =>
  `${type} ${Buffer.concat(parts.map(sized)).toString('base64')}`

const bytes = (length: number, first = 7): Uint8Array =>
  Buffer.concat([Buffer.from([first]), Buffer.alloc(length - 1, 7)])
const number = (bits: number): Uint8Array => Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 0xff)])
const SK = 'sk-ssh-ed25519@openssh.com'
const SK_P256 = 'sk-ecdsa-sha2-nistp256@openssh.com'
const E = Buffer.from([1, 0, 1])

const blobOf = (line: string): Buffer => Buffer.from(line.split(' ')[1]!, 'base64')
const withBlob = (line: string, change: (blob: Buffer) => Buffer): string =>
  `${line.split(' ')[0]} ${change(blobOf(line)).toString('base64')}`

describe('good keys', () => {
  test.each(GOOD)('%s', (line, fingerprint) => {
    expect(read(line)).toEqual({ type: 'key', key: { line, fingerprint } })
  })

  test('those on security keys', () => {
    expect(read(lineOf(SK, SK, bytes(32), 'ssh:')).type).toBe('key')
    expect(read(lineOf(SK_P256, SK_P256, 'nistp256', bytes(65, 4), 'ssh:')).type).toBe('key')
  })

  test('comment, indent and the end of the line are dropped', () => {
    expect(read(`  ${ED25519}\t alice@host 你好 \r\n`)).toEqual(read(ED25519))
  })
})

const BAD: readonly (readonly [name: string, line: string, because: string])[] = [
  ['nothing', '', 'empty'],
  ['white space', ' \t\n', 'empty'],
  ['a megabyte', 'A'.repeat(1_000_000), 'tooLong'],
  ['a megabyte of comment', `${ED25519} ${'x'.repeat(1_000_000)}`, 'tooLong'],
  ['a word', 'hello', 'unknownType'],
  ['an e-mail address', 'alice@example.org', 'unknownType'],
  ['a fingerprint', 'SHA256:ILNR2KUnYcwWVOr1z5aYfLBk1ZjJfXZN04vt7qEbrjc', 'unknownType'],
  ['a path', '~/.ssh/id_ed25519.pub', 'unknownType'],
  ['a template', '{{ lookup("file", "/etc/passwd") }}', 'unknownType'],
  ['a shell command', '$(curl evil)', 'unknownType'],
  ['a blob alone', ED25519.split(' ')[1]!, 'unknownType'],
  ['a type in capitals', ED25519.replace('ssh-ed25519', 'SSH-ED25519'), 'unknownType'],
  ['an unknown type', lineOf('ssh-ed448', 'ssh-ed448', bytes(57)), 'unknownType'],
  ['an unknown curve', lineOf('ecdsa-sha2-nistp224', 'ecdsa-sha2-nistp224', 'nistp224', bytes(57, 4)), 'unknownType'],
  [
    'an sk type of another vendor',
    lineOf('sk-ssh-ed25519@evil.com', 'sk-ssh-ed25519@evil.com', bytes(32), 'ssh:'),
    'unknownType',
  ],
  ['a signature algorithm', lineOf('rsa-sha2-512', 'rsa-sha2-512', E, number(3072)), 'unknownType'],
  ['prototype names', '__proto__ AAAA', 'unknownType'],
  ['DSA', lineOf('ssh-dss', 'ssh-dss', bytes(128)), 'dss'],
  ['a certificate', CERTIFICATE, 'certificate'],
  ['a certificate of RSA', lineOf('ssh-rsa-cert-v01@openssh.com', 'x'), 'certificate'],
  ['a certificate of ECDSA', lineOf('ecdsa-sha2-nistp256-cert-v01@openssh.com', 'x'), 'certificate'],
  ['a certificate on a security key', lineOf('sk-ssh-ed25519-cert-v01@openssh.com', 'x'), 'certificate'],
  ...[
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----',
    'PuTTY-User-Key-File-3: ssh-ed25519',
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB',
  ].map((line): readonly [string, string, string] => [`the private key ${line.slice(0, 30)}`, line, 'privateKey']),
  ['the other public format', '---- BEGIN SSH2 PUBLIC KEY ----', 'otherFormat'],
  ['PEM', '-----BEGIN PUBLIC KEY-----', 'otherFormat'],
  ...[
    'command="/bin/sh"',
    'command="echo hi there"',
    'no-pty',
    'restrict',
    'restrict,pty',
    'cert-authority',
    'from="*.example.org"',
    'environment="LD_PRELOAD=/x"',
    'permitopen="*:*"',
    'principals="root"',
    'no-touch-required',
    'command="a\\"b"',
    'tunnel="0"',
    'agent-forwarding',
  ].map((options): readonly [string, string, string] => [`the option ${options}`, `${options} ${ED25519}`, 'options']),
  ['an option before a certificate', `cert-authority ${CERTIFICATE}`, 'options'],
  ['an option before RSA', `no-pty ${RSA}`, 'options'],
  ...['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085'].map((end): readonly [string, string, string] => [
    `two lines by ${JSON.stringify(end)}`,
    `${ED25519}${end}${P256}`,
    'manyLines',
  ]),
  ['an option smuggled in the comment', `${ED25519} x\ncommand="sh" ${ED25519}`, 'manyLines'],
  ...['\0', '\u0007', '\u001b[31m', '\u007f', '\u009b', '\u000b', '\f', '\u202e', '\u200b', '\ufeff', '\u2066'].map(
    (control): readonly [string, string, string] => [
      `the comment ${JSON.stringify(control)}`,
      `${ED25519} a${control}b`,
      'controlCharacters',
    ],
  ),
  ['NUL in the blob', ED25519.replace('AAAAC3', 'AAAA\0C3'), 'controlCharacters'],
  ['a type alone', 'ssh-ed25519', 'noBlob'],
  ['RSA alone', 'ssh-rsa', 'noBlob'],
  ['no base64', 'ssh-ed25519 !!!!', 'notBase64'],
  ['a comment instead of the blob', 'ssh-ed25519 you@host', 'notBase64'],
  ['base64 for URLs', ED25519.replaceAll('/', '_').replace('INz_', 'IN-_'), 'notBase64'],
  ['one letter too few', ED25519.slice(0, -1), 'notBase64'],
  ['one letter too many', `${ED25519}A`, 'notBase64'],
  ['padding too much', `${ED25519}=`, 'notBase64'],
  ['padding only', 'ssh-ed25519 ====', 'notBase64'],
  ['padding in the middle', ED25519.replace('AAAAC3Nz', 'AAAA===='), 'notBase64'],
  ['padding left out', P256.replace('=', ''), 'notBase64'],
  ['a bit behind the end', P256.replace('s=', 't='), 'notBase64'],
  ['other letters', `ssh-ed25519 ${'é'.repeat(8)}`, 'notBase64'],
  ['full-width letters', `ssh-ed25519 ${'Ａ'.repeat(8)}`, 'notBase64'],
  ['an ellipsis', 'ssh-ed25519 AAAA…', 'notBase64'],
  ['ed25519 that says RSA', ED25519.replace('ssh-ed25519', 'ssh-rsa'), 'typeMismatch'],
  ['RSA that says ed25519', RSA.replace('ssh-rsa', 'ssh-ed25519'), 'typeMismatch'],
  ['a curve that says another', P256.replace('nistp256', 'nistp384'), 'typeMismatch'],
  [
    'a certificate that says it is a key',
    CERTIFICATE.replace('ssh-ed25519-cert-v01@openssh.com', 'ssh-ed25519'),
    'typeMismatch',
  ],
  ['DSA that says RSA', lineOf('ssh-rsa', 'ssh-dss', bytes(128)), 'typeMismatch'],
  ['an empty inner type', lineOf('ssh-ed25519', '', bytes(32)), 'typeMismatch'],
  ['an inner type with an end', lineOf('ssh-ed25519', 'ssh-ed25519\0', bytes(32)), 'typeMismatch'],
  ['a blob of nothing', 'ssh-ed25519 AAAA', 'broken'],
  ['a length without text', 'ssh-ed25519 AAAAAQ==', 'broken'],
  ['a length beyond the end', 'ssh-ed25519 /////w==', 'broken'],
  [
    'a length of 2 GiB',
    withBlob(ED25519, (blob) => Buffer.concat([Buffer.from([127, 255, 255, 255]), blob.subarray(4)])),
    'broken',
  ],
  ['ed25519 without its key', lineOf('ssh-ed25519', 'ssh-ed25519'), 'broken'],
  ['ed25519 of 31 bytes', lineOf('ssh-ed25519', 'ssh-ed25519', bytes(31)), 'broken'],
  ['ed25519 of 33 bytes', lineOf('ssh-ed25519', 'ssh-ed25519', bytes(33)), 'broken'],
  ['ed25519 of no bytes', lineOf('ssh-ed25519', 'ssh-ed25519', ''), 'broken'],
  ['ed25519 cut short', withBlob(ED25519, (blob) => blob.subarray(0, 48)), 'broken'],
  [
    'P-256 of another curve inside',
    lineOf('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp384', bytes(65, 4)),
    'broken',
  ],
  ['P-256 without a point', lineOf('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256'), 'broken'],
  [
    'P-256 with a compressed point',
    lineOf('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256', bytes(33, 2)),
    'broken',
  ],
  ['P-256 with a long point', lineOf('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256', bytes(66, 4)), 'broken'],
  [
    'P-256 with a hybrid point',
    lineOf('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256', bytes(65, 6)),
    'broken',
  ],
  [
    'P-384 with a point of P-256',
    lineOf('ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384', 'nistp384', bytes(65, 4)),
    'broken',
  ],
  [
    'P-521 with a point of P-384',
    lineOf('ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521', 'nistp521', bytes(97, 4)),
    'broken',
  ],
  ['P-384 cut short', withBlob(P384, (blob) => blob.subarray(0, 100)), 'broken'],
  ['P-521 cut short', withBlob(P521, (blob) => blob.subarray(0, 100)), 'broken'],
  ['a security key without an application', lineOf(SK, SK, bytes(32)), 'broken'],
  ['a security key with an empty application', lineOf(SK, SK, bytes(32), ''), 'broken'],
  ['a security key whose application ends a line', lineOf(SK, SK, bytes(32), 'ssh:\n'), 'broken'],
  ['a security key with a long application', lineOf(SK, SK, bytes(32), 'x'.repeat(256)), 'broken'],
  ['a security key of P-256 without its curve', lineOf(SK_P256, SK_P256, bytes(65, 4), 'ssh:'), 'broken'],
  ['RSA without a modulus', lineOf('ssh-rsa', 'ssh-rsa', E), 'broken'],
  ['RSA with an even exponent', lineOf('ssh-rsa', 'ssh-rsa', Buffer.from([4]), number(3072)), 'broken'],
  ['RSA with exponent 1', lineOf('ssh-rsa', 'ssh-rsa', Buffer.from([1]), number(3072)), 'broken'],
  ['RSA with exponent 0', lineOf('ssh-rsa', 'ssh-rsa', '', number(3072)), 'broken'],
  ['RSA with a negative modulus', lineOf('ssh-rsa', 'ssh-rsa', E, Buffer.alloc(384, 0xff)), 'broken'],
  [
    'RSA with an even modulus',
    lineOf('ssh-rsa', 'ssh-rsa', E, Buffer.concat([number(3072).subarray(0, 384), Buffer.from([0xfe])])),
    'broken',
  ],
  ['RSA padded with zeros', lineOf('ssh-rsa', 'ssh-rsa', E, Buffer.concat([Buffer.alloc(1), number(3072)])), 'broken'],
  [
    'RSA padded to seem long',
    lineOf('ssh-rsa', 'ssh-rsa', E, Buffer.concat([Buffer.alloc(256), number(1024)])),
    'broken',
  ],
  ['RSA of 16,392 bits', lineOf('ssh-rsa', 'ssh-rsa', E, number(16_392)), 'broken'],
  ['RSA of 2048 bits', RSA_2048, 'shortRsa'],
  ['RSA of 1024 bits', lineOf('ssh-rsa', 'ssh-rsa', E, number(1024)), 'shortRsa'],
  ['RSA of 512 bits', lineOf('ssh-rsa', 'ssh-rsa', E, number(512)), 'shortRsa'],
  ['RSA of 3064 bits', lineOf('ssh-rsa', 'ssh-rsa', E, number(3064)), 'shortRsa'],
  ...[ED25519, P256, P384, P521, RSA].map((line): readonly [string, string, string] => [
    `${line.split(' ')[0]} with a byte after its end`,
    withBlob(line, (blob) => Buffer.concat([blob, Buffer.from([0])])),
    'trailingBytes',
  ]),
  [
    'ed25519 with a string after its end',
    lineOf('ssh-ed25519', 'ssh-ed25519', bytes(32), 'command="sh"'),
    'trailingBytes',
  ],
  ['two blobs in one', withBlob(ED25519, (blob) => Buffer.concat([blob, blob])), 'trailingBytes'],
  ['a security key with a string after its end', lineOf(SK, SK, bytes(32), 'ssh:', 'x'), 'trailingBytes'],
]

describe('bad keys', () => {
  test('are a hundred at least', () => {
    expect(BAD.length).toBeGreaterThanOrEqual(100)
  })

  test.each(BAD)('%s', (_, line, because) => {
    expect(read(line)).toEqual({ type: 'badKey', because })
  })
})

test('whatever is taken is one line of type and blob, and is taken again as the same', () => {
  const mutated = fc
    .tuple(
      fc.constantFrom(...GOOD.map(([line]) => line)),
      fc.nat(),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.boolean(),
    )
    .map(([line, at, text, cut]) => {
      const place = at % line.length
      return line.slice(0, place) + text + (cut ? '' : line.slice(place + text.length))
    })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (line) => {
      const first = read(line)
      if (first.type === 'badKey') return
      expect(first.key.line).toMatch(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/)
      expect(read(first.key.line)).toEqual(first)
    }),
    { numRuns: 2000 },
  )
})
