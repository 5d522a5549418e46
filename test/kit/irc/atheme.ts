import { join } from 'node:path'
import type { DaemonOptions } from './daemon.ts'

export const athemeFiles =
  (
    passwords: Readonly<Record<string, string>>,
    fingerprints: readonly string[] = [],
  ): ((linkPort: number) => Record<string, string>) =>
  (linkPort) => ({ 'atheme.conf': config(linkPort), 'services.db': database(passwords, fingerprints) })

export const athemeDaemon = (home: string): Omit<DaemonOptions, 'cwd'> => {
  const at = (name: string): string => join(home, name)
  return {
    command: 'atheme-services',
    args: ['-n', '-c', at('atheme.conf'), '-D', home, '-l', at('atheme.log'), '-p', at('atheme.pid')],
    ready: (output) => output.includes('finished synching with uplink'),
  }
}

/** Atheme's configuration for a server that takes it on `linkPort`. No crypto module: the accounts file is plain. */
function config(linkPort: number): string {
  const nickserv = ['main', 'help', 'identify', 'register', 'ghost', 'logout', 'info', 'group', 'cert']
  const modules = [
    'protocol/inspircd',
    'backend/opensex',
    ...nickserv.map((name) => `nickserv/${name}`),
    'saslserv/main',
    'saslserv/plain',
    'saslserv/external',
  ]
  return `${modules.map((name) => `loadmodule "modules/${name}";`).join('\n')}
serverinfo {
  name = "services.test"; desc = "Services"; numeric = "00B"; recontime = 1; netname = "TestNet";
  hidehostsuffix = "users.test"; adminname = "Test"; adminemail = "test@irc.test"; registeremail = "test@irc.test";
  loglevel = { error; info; admin; network; }; maxlogins = 50; maxusers = 50; mdlimit = 30; emaillimit = 10;
  emailtime = 300; auth = none; casemapping = rfc1459;
};
uplink "irc.test" { host = "127.0.0.1"; password = "link"; port = ${linkPort}; };
nickserv {
  nick = "NickServ"; user = "NickServ"; host = "services.test"; real = "Nick services";
  aliases { }; access { }; maxnicks = 50; expire = 0;
};
general { commit_interval = 1; };
saslserv { nick = "SaslServ"; user = "SaslServ"; host = "services.test"; real = "SASL"; };
`
}

/** An accounts file for Atheme; `duffybot` also owns the nick `duffy`, and the certificates of these fingerprints are its own. */
function database(passwords: Readonly<Record<string, string>>, fingerprints: readonly string[]): string {
  // Old enough that no login seems to be from before the account existed.
  const made = Math.floor(Date.now() / 1000) - 86_400
  const lines = ['GRVER 1', 'DBV 12', 'LUID AAAAAAAAZ', 'CF +AFHORVabefhioqrstv']
  for (const [index, [name, password]] of Object.entries(passwords).entries()) {
    const id = `AAAAAAAA${'BCDEFGHIJ'.charAt(index)}`
    lines.push(`MU ${id} ${name} ${password} ${name}@irc.test ${made} ${made} +b default`)
    lines.push(`MN ${name} ${name} ${made} ${made}`)
  }
  lines.push(`MN duffybot duffy ${made} ${made}`)
  for (const fingerprint of fingerprints) lines.push(`MCFP duffybot ${fingerprint}`)
  return `${lines.join('\n')}\nKID 0\nXID 0\nQID 0\n`
}
