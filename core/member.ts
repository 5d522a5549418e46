/**
 * Who may speak for a tenant, as members are written: `irc:<network>:<account>` and `slack:<team>:<user>`, or `irc:<network>:*`
 * and `slack:<team>:*` for everybody whom that network or team vouches for; null if it is none of them. Services tell accounts
 * apart without regard to case, so small letters stand for all; Slack's ids are capitals. `jenkins:<name>` is a Jenkins of the site's
 * config, which proves itself by its secret.
 */
export const readMember = (written: string): string | null => {
  if (JENKINS.test(written)) return written
  const [, network, account] = IRC.exec(written) ?? []
  if (network !== undefined && account !== undefined) return `irc:${network}:${account.toLowerCase()}`
  return SLACK.test(written) ? `slack:${written.slice('slack:'.length).toUpperCase()}` : null
}

const JENKINS = /^jenkins:[a-z0-9](?:[a-z0-9-]{0,39}[a-z0-9])?$/
const IRC = /^irc:([a-z0-9](?:[a-z0-9-]{0,39}[a-z0-9])?):([^\s:*]{1,100}|\*)$/
const SLACK = /^slack:[te][a-z0-9]{1,30}:(?:[uw][a-z0-9]{1,30}|\*)$/i
