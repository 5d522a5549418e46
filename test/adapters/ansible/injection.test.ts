import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workshop } from '../../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const canary = join(shop.dir, 'canary')
const touch = `touch ${canary}`

/** What Jinja, Ansible's loaders, its argument parser, a shell, JSON or YAML could take for more than text. */
const payloads = [
  `{{ lookup('pipe', '${touch}') }}`,
  `{{lookup("pipe","${touch}")}}`,
  `{{ query('pipe', '${touch}') }}`,
  `{{ q("ansible.builtin.pipe", "${touch}") }}`,
  `{% set x = lookup('pipe', '${touch}') %}{{ x }}`,
  `{%- if lookup('pipe', '${touch}') -%}x{%- endif -%}`,
  `{{ ''.__class__.__mro__[1].__subclasses__() }}`,
  `{{ cycler.__init__.__globals__.os.system('${touch}') }}`,
  `{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('${touch}').read() }}`,
  `{{ lipsum.__globals__['os'].popen('${touch}').read() }}`,
  `{{ '{{' }} lookup('pipe', '${touch}') {{ '}}' }}`,
  `{{ "{{ lookup('pipe', '${touch}') }}" }}`,
  `{# comment #}{{ 7 * 7 }}`,
  `{{ 7*7 }}`,
  `#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n[% lookup('pipe', '${touch}') %]`,
  `!unsafe {{ lookup('pipe', '${touch}') }}`,
  `{"__ansible_unsafe": "{{ lookup('pipe', '${touch}') }}"}`,
  `{"__ansible_vault": "x"}`,
  `$ANSIBLE_VAULT;1.1;AES256\n3132`,
  `$(${touch})`,
  `\`${touch}\``,
  `; ${touch} #`,
  `'; ${touch}; '`,
  `" && ${touch} && "`,
  `| ${touch}`,
  `\n${touch}\n`,
  `x executable=${canary} chdir=/ creates=/`,
  `ansible_connection=ssh ansible_python_interpreter=${canary}`,
  `@/etc/passwd`,
  `-oProxyCommand=${touch}`,
  `--extra-vars=@/etc/passwd`,
  `../../../etc/passwd`,
  `\${IFS}${touch}`,
  `%(${touch})s`,
  `{{ hostvars }}`,
  `{{ undefined_variable }}`,
  `{{`,
  `}}`,
  `{%`,
  `{{ lookup('file', '/etc/shadow') }}`,
  `{{ lookup('env', 'PATH') }}`,
  `\\{{ lookup('pipe', '${touch}') }}`,
  `\u007b\u007b lookup('pipe', '${touch}') \u007d\u007d`,
  `true`,
  `0777`,
  `null`,
  `[1, 2]`,
  `{'a': 1}`,
  `"quoted" 'twice' \\ back`,
  `tab\tcr\rlf\nnul\u0001 bell\u0007 del\u007f`,
  `é ü 漢字 🦆 \u202e rtl \u2028`,
  ``,
  ` `,
  `x`.repeat(20_000),
]

beforeAll(async () => {
  // As careless as a site's playbook may be: the order goes through templates, conditions, arguments and loops.
  await shop.site(
    'grant',
    `- debug: {msg: "{{ duffy_in }}"}
- debug: {msg: "{{ item }}"}
  loop: "{{ duffy_in.lease['keys'] }}"
- set_fact: {again: "{{ duffy_in.machine.variables.texts }}"}
- set_fact: {once_more: "{{ again | map('trim') | list }}", joined: "{{ again | join(' ') }}"}
- debug: {msg: "{{ joined }} {{ once_more }}"}
  when: duffy_in.lease.tenant != ''
- command: {argv: [printf, "%s", "{{ duffy_in.lease.tenant }}"]}
- set_fact:
    duffy_out:
      data:
        tenant: "{{ duffy_in.lease.tenant }}"
        lease: "{{ duffy_in.lease.id }}"
        keys: "{{ duffy_in.lease['keys'] }}"
        texts: "{{ duffy_in.machine.variables.texts }}"
        deep: "{{ duffy_in.machine.variables.a }}"
        data: "{{ duffy_in.machine.data }}"
        nodes: "{{ duffy_in.nodes }}"`,
  )
})

test('every string of an order reaches the playbook as it is, and none is evaluated', async () => {
  const tenant = payloads[0] ?? ''
  const { result } = await shop.run({
    step: 'grant',
    name: 'n1',
    variables: { texts: payloads, a: { b: [{ c: payloads }] }, hostname: payloads[1] ?? '' },
    data: { kept: payloads },
    lease: { id: payloads[4] ?? '', tenant, keys: payloads.map((text) => `ssh-ed25519 AAAA ${text}`) },
  })
  expect(existsSync(canary)).toBe(false)
  expect(result).toMatchObject({
    outcome: 'ok',
    report: {
      data: {
        tenant,
        lease: payloads[4],
        keys: payloads.map((text) => `ssh-ed25519 AAAA ${text}`),
        texts: payloads,
        deep: { b: [{ c: payloads }] },
        data: { kept: payloads },
        nodes: [{ hostname: payloads[1], data: { provision: { kept: payloads } } }],
      },
    },
  })
})

test.each(['n1,evil', 'n1 ansible_connection=ssh', '-oProxyCommand=x', '{{ 7*7 }}', 'n[1:9]', 'all', `$(${touch})`])(
  'a machine called %s is not named in the inventory',
  async (name) => {
    await shop.site(
      'check',
      '- set_fact: {duffy_out: {data: {host: "{{ inventory_hostname }}", name: "{{ duffy_in.machine.name }}"}}}',
    )
    const { result } = await shop.run({ step: 'check', name })
    expect(result).toEqual({ outcome: 'ok', report: { data: { host: 'machine', name } } })
    expect(existsSync(canary)).toBe(false)
  },
)

test.each(['{{ lookup("pipe", "id") }}', '__ansible_unsafe', '__ansible_vault', '{%x'])(
  'a variable called %s is refused',
  async (name) => {
    const { result, groups } = await shop.run({ step: 'check', variables: { deep: [{ [name]: 'x' }] } })
    expect(result).toMatchObject({ outcome: 'broken', message: expect.stringContaining('cannot be given to Ansible') })
    expect(groups).toEqual([])
  },
)
