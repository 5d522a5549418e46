/** The sliver of irc-framework 4.14 that this door uses; the package ships no types. */
declare module 'irc-framework' {
  export interface IrcMessageEvent {
    from_server: boolean
    nick: string
    ident: string
    hostname: string
    target: string
    /** The STATUSMSG prefix, for a message to part of a channel. */
    group?: string
    message: string
    tags: Record<string, string>
    /** Server time in milliseconds; absent without the server-time tag. */
    time?: number
    account?: string
    batch?: { type: string }
  }

  export interface IrcWhois {
    nick: string
    error?: string
    account?: string
    bot?: string
    operator?: string
    server?: string
  }

  export interface IrcEvents {
    registered: { nick: string }
    privmsg: IrcMessageEvent
    join: { nick: string; channel: string; account?: string | false }
    part: { nick: string; channel: string }
    kick: { kicked: string; channel: string }
    quit: { nick: string }
    nick: { nick: string; new_nick: string }
    account: { nick: string; account: string | false }
    loggedin: { account: string }
    loggedout: object
    whois: IrcWhois
    pong: object
    'sasl failed': { reason: string }
    'cap ack': object
    'nick in use': { nick: string }
    'nick invalid': { nick: string }
    'irc error': { error: string; channel?: string; nick?: string; reason?: string }
    'server options': object
    'socket connected': undefined
    'socket close': Error | false | undefined
    'ping timeout': undefined
    'unknown command': { command: string; params: string[] }
  }

  export interface IrcClient {
    readonly user: { nick: string }
    readonly network: {
      readonly cap: {
        readonly enabled: string[]
        readonly available: Map<string, string>
        isEnabled(cap: string): boolean
      }
      supports(name: string): unknown
      isChannelName(name: string): boolean
      /** Server time corrected by the offset seen in its PONGs. */
      timeToLocal(serverTimeMs: number): number
    }
    on<E extends keyof IrcEvents>(event: E, listener: (event: IrcEvents[E]) => void): void
    off<E extends keyof IrcEvents>(event: E, listener: (event: IrcEvents[E]) => void): void
    removeAllListeners(): void
    readonly connection: { end(data?: string, hadError?: boolean): void }
    connect(options: object): void
    quit(message: string): void
    raw(...parts: string[]): void
    say(target: string, text: string): void
    notice(target: string, text: string): void
    changeNick(nick: string): void
    caseLower(text: string): string
    caseCompare(a: string, b: string): boolean
  }

  const irc: { Client: new () => IrcClient }
  export default irc
}
