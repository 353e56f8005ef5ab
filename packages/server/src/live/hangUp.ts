import type { WebSocket } from 'ws'

/** Closes a socket in two steps. */
export interface HangUp {
  /** Asks the peer to close; a peer that does not answer would keep the socket, and loses it after a while. */
  begin(code: number): void
  /** The socket has closed. */
  done(): void
}

export const makeHangUp = (webSocket: Pick<WebSocket, 'close' | 'terminate'>, withinMs: number): HangUp => {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (code) => {
      webSocket.close(code)
      timer ??= setTimeout(() => webSocket.terminate(), withinMs).unref()
    },
    done: () => clearTimeout(timer),
  }
}
