import type { WebSocket } from 'ws'

/** Whether there is somebody at the other end of a socket. */
export interface Heartbeat {
  /** Something has come from there. */
  heard(): void
  /** Ends the socket if nothing has come since the last time, and asks for something to come. */
  ping(): void
  /** An answer to a ping: that to the last one is life, for others can be sent without reading anything. */
  answered(nonce: string): void
}

export const makeHeartbeat = (webSocket: Pick<WebSocket, 'ping' | 'terminate'>): Heartbeat => {
  let heardSincePing = true
  let pings = 0
  return {
    heard: () => {
      heardSincePing = true
    },
    ping: () => {
      if (!heardSincePing) return webSocket.terminate()
      heardSincePing = false
      webSocket.ping(String(++pings))
    },
    answered: (nonce) => {
      if (nonce === String(pings)) heardSincePing = true
    },
  }
}
