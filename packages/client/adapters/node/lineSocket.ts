import type { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'

/** A value longer than this is no message of ours; a page of the timeline is much shorter. */
const lineCharactersMax = 16 * 1024 * 1024
/** A process that does not read (stopped, debugged) is let go rather than waited for. */
const backlogBytesMax = 64 * 1024 * 1024

export interface LineSocket {
  post(value: unknown): void
  end(): void
}

/** JSON values over a stream socket, one a line. `onValue` gets whatever came; what is no JSON ends the socket. */
export const lineSocket = (socket: Socket, onValue: (value: unknown) => void): LineSocket => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  // Errors of a socket are followed by its end, and that is what counts.
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    const lines = (rest + decoder.write(bytes)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineCharactersMax) return socket.destroy()
    for (const line of lines) {
      let value: unknown
      try {
        value = JSON.parse(line)
      } catch {
        return socket.destroy()
      }
      onValue(value)
    }
    return undefined
  })
  return {
    post: (value) => {
      if (socket.destroyed || socket.writableEnded) return
      socket.write(`${JSON.stringify(value)}\n`)
      if (socket.writableLength > backlogBytesMax) socket.destroy()
    },
    // Who does not read (stopped, debugged) does not end its side either.
    end: () => socket.destroySoon(),
  }
}
