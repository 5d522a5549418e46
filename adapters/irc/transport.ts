import { EventEmitter } from 'node:events'
import net from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import tls from 'node:tls'

/** A server line is at most 8191 bytes of tags and 512 of message; more without a line end is not IRC. */
const LONGEST_LINE = 16_384

export interface TransportOptions {
  host: string
  port: number
  /** Whom to trust, and the certificate to show; null: no TLS. */
  secure: tls.SecureContext | null
  silenceMs: number
  /** Told when handling a line threw: one odd line must not end the process. The line itself may hold secrets. */
  misread: (fault: unknown) => void
}

/**
 * A transport class for irc-framework. Its own offers no private authority, and trusting one for the whole process
 * (`tls.setDefaultCACertificates`, `NODE_EXTRA_CA_CERTS`) would let that authority speak for everything else in this
 * process. Being ours it also bounds the read buffer and is the last wall against a line break inside a line.
 */
export function transport(options: TransportOptions): new () => EventEmitter {
  return class Transport extends EventEmitter {
    #socket: net.Socket | undefined
    #fault: Error | undefined

    connect(): void {
      const { host, port, secure } = options
      const name = net.isIP(host) ? {} : { servername: host }
      const socket = secure ? tls.connect({ host, port, ...name, secureContext: secure }) : net.connect({ host, port })
      this.#socket = socket
      socket.setTimeout(options.silenceMs, () => socket.destroy(new Error('the connection fell silent')))
      socket.once(secure ? 'secureConnect' : 'connect', () => this.emit('open'))
      socket.on('error', (error) => (this.#fault = error))
      socket.once('close', () => this.emit('close', this.#fault ?? false))
      this.#read(socket)
    }

    #read(socket: net.Socket): void {
      const decoder = new StringDecoder('utf8')
      let rest = ''
      socket.on('data', (data) => {
        const lines = (rest + decoder.write(data)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) this.#deliver(line)
        if (rest.length > LONGEST_LINE) socket.destroy(new Error('the server sent an endless line'))
      })
    }

    #deliver(line: string): void {
      try {
        this.emit('line', line)
      } catch (fault) {
        options.misread(fault)
      }
    }

    writeLine(line: string, done?: () => void): void {
      if (/[\r\n\0]/.test(line)) throw new Error('a line to the server contained a line break')
      if (this.#socket?.writable) this.#socket.write(`${line}\r\n`, done)
      else if (done) setImmediate(done)
    }

    close(force?: boolean): void {
      if (force || this.#socket?.connecting) this.#socket?.destroy()
      else this.#socket?.end()
    }

    disposeSocket(): void {
      this.#socket?.destroy()
    }

    /** IRC here is UTF-8; irc-framework asks for nothing else. */
    setEncoding(): boolean {
      return true
    }
  }
}
