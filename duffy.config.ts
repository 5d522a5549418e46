// The site: its machines, and who may have them. It works as it is. Change it, then restart Duffy or send it SIGHUP;
// a config with a fault in it is refused as a whole, with a list of what to mend. Every setting and its default stands
// in adapters/config/config.ts. Secrets are named here, { env: 'NAME' } or { file: 'path' }, and never written.
import { defineConfig } from './adapters/config/index.ts'

/** The steps of a sandbox take a second or two, so one that takes much longer is stuck. */
const sandbox = {
  driver: 'nsbox',
  deadlines: {
    provision: '2m',
    check: '1m',
    grant: '1m',
    revoke: '1m',
    collect: '1m',
    recycle: '1m',
    rebuild: '2m',
    shutdown: '1m',
    burnin: '1m',
  },
} as const

export default defineConfig({
  // What makes two machines alike. A tenant whose first machine was of one platform keeps getting that platform.
  platforms: {
    'sandbox-intel': {
      arch: 'x86_64',
      vendor: 'intel',
      description: 'A sandbox on this host, standing in for Intel metal',
    },
    'sandbox-amd': { arch: 'x86_64', vendor: 'amd', description: 'A sandbox on this host, standing in for AMD metal' },
    'sandbox-vm': {
      arch: 'x86_64',
      vendor: 'any',
      description: 'A sandbox on this host, standing in for a virtual machine',
    },
  },

  pools: {
    // These are NOT bare metal. They are sandboxes on this host, each with an SSH server of its own, that stand in for metal
    // so that everything can be tried without any. What they say of their processors is make-believe. For real machines
    // name another driver (a folder in playbooks/drivers/), and list your machines with the variables that it needs.
    metal: {
      ...sandbox,
      type: 'metal',
      machines: [
        { name: 'metal-1', platform: 'sandbox-intel' },
        { name: 'metal-2', platform: 'sandbox-intel' },
        { name: 'metal-3', platform: 'sandbox-intel' },
        { name: 'metal-4', platform: 'sandbox-intel' },
        { name: 'metal-5', platform: 'sandbox-amd' },
        { name: 'metal-6', platform: 'sandbox-amd' },
        { name: 'metal-7', platform: 'sandbox-amd' },
        { name: 'metal-8', platform: 'sandbox-amd' },
      ],
      // Cleaned in place. 'rebuild' installs anew: slower, and cleaner.
      afterLease: 'recycle',
    },

    // Made when they are wanted, vm-1 to vm-8, and gone afterwards; two are kept ready so that most requests need not wait;
    // ready: 'predicted' would keep as many as each hour of the week needed in the weeks before.
    vm: {
      ...sandbox,
      type: 'vm',
      elastic: { most: 8, name: 'vm', platform: 'sandbox-vm' },
      ready: 2,
      afterLease: 'shutdown',
    },
  },

  tenants: {
    // The project of whoever works on this host. It may hold all 16 machines at once, since it has nobody to share them
    // with; when a second tenant comes, give each what it may take from the others.
    local: {
      quota: 16,
      // Nobody speaks for it in chat yet: 'irc:libera:alice' lets one account of a network in, 'irc:libera:*' all of them.
      members: [],
    },
  },

  // Chat. The network's name here is the one in members above.
  // irc: {
  //   libera: { host: 'irc.libera.chat', channels: ['#duffy'], account: 'duffy', password: { env: 'LIBERA_PASSWORD' } },
  // },

  // Rooms in which operators hear of machines that are quarantined, and of pools that have none left.
  // operators: { notices: ['irc:libera:#lab-ops'] },

  // HTTP on this host only. For others: a host of '0.0.0.0', TLS or a proxy that does it, and the address for links.
  // http: { host: '0.0.0.0', publicUrl: 'https://duffy.example.org', tls: { cert: 'cert.pem', key: 'key.pem' } },
})
