import type { Socket } from 'node:net'
import { makeCounts } from '../counts.ts'
import { addressKey } from '../http/address.ts'

/** Lets no address have more than so many TCP connections: each holds memory before anything has been asked. */
export const boundConnections = (
  server: { on(event: 'connection', listener: (socket: Socket) => void): unknown },
  perAddressMax: number,
  /** Whether others stand behind an address. */
  isProxy: (address: string) => boolean,
): void => {
  const counts = makeCounts()
  server.on('connection', (socket) => {
    if (isProxy(socket.remoteAddress ?? '')) return
    const address = addressKey(socket.remoteAddress ?? '')
    if (counts.of(address) >= perAddressMax) return void socket.destroy()
    counts.more(address)
    socket.once('close', () => counts.less(address))
  })
}
