import type { Socket } from 'node:net'
import { addressKey } from '../http/address.ts'

/** Lets no address have more than so many TCP connections: each holds memory before anything has been asked. */
export const boundConnections = (
  server: { on(event: 'connection', listener: (socket: Socket) => void): unknown },
  perAddressMax: number,
  /** Whether others stand behind an address. */
  isProxy: (address: string) => boolean,
): void => {
  const counts = new Map<string, number>()
  server.on('connection', (socket) => {
    if (isProxy(socket.remoteAddress ?? '')) return
    const address = addressKey(socket.remoteAddress ?? '')
    const count = (counts.get(address) ?? 0) + 1
    if (count > perAddressMax) return void socket.destroy()
    counts.set(address, count)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left > 0) counts.set(address, left)
      else counts.delete(address)
    })
  })
}
