/**
 * Who may speak for a tenant, as members are written: `irc:<network>:<account>`, or `irc:<network>:*` for every account of that
 * network; null if it is neither. Services tell accounts apart without regard to case, so small letters stand for all.
 */
export const readMember = (written: string): string | null => {
  const [, network, account] = MEMBER.exec(written) ?? []
  return network === undefined || account === undefined ? null : `irc:${network}:${account.toLowerCase()}`
}

const MEMBER = /^irc:([a-z0-9](?:[a-z0-9-]{0,39}[a-z0-9])?):([^\s:*]{1,100}|\*)$/
