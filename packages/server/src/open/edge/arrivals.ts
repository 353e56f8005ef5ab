import type { Socket } from 'socket.io'

/** What is used of a connection of Engine.IO 6; `sendPacket` is not in its public types. */
interface EngineConnection {
  on(event: 'packet' | 'packetCreate', listener: (packet: { readonly type: string }) => void): void
  sendPacket(type: 'ping'): void
}

/**
 * Tells when what was sent has reached the other side, of which neither an event of Socket.IO nor an empty buffer
 * speaks: packets keep their order, so the pong to a ping behind them says that they have been read.
 */
export const makeArrivals = (socket: Socket): ((tell: () => void) => void) => {
  const connection = socket.conn as unknown as EngineConnection
  const waiting: { readonly pong: number; readonly tell: () => void }[] = []
  let pings = 0
  let pongs = 0

  connection.on('packetCreate', ({ type }) => {
    if (type === 'ping') pings++
  })
  connection.on('packet', ({ type }) => {
    if (type !== 'pong') return
    pongs++
    while (waiting[0] && waiting[0].pong <= pongs) waiting.shift()?.tell()
  })

  return (tell) => {
    waiting.push({ pong: pings + 1, tell })
    connection.sendPacket('ping')
  }
}
