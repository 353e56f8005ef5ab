import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'

/** Everything that two sides said to each other, as one could read it on the way without TLS. */
export interface Tap {
  readonly url: string
  /** Both directions; what WebSocket masks is unmasked. */
  read(): Buffer
  close(): void
}

/** The payloads of WebSocket frames (RFC 6455 §5.2) behind the request that opened it; none where there was none. */
const framesIn = (stream: Buffer): readonly Buffer[] => {
  const opened = /upgrade: websocket[\s\S]*?\r\n\r\n/i.exec(stream.toString('latin1'))
  const frames: Buffer[] = []
  let at = opened ? opened.index + opened[0].length : stream.length
  while (at + 2 <= stream.length) {
    const second = stream.readUInt8(at + 1)
    const short = second & 0x7f
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    const length =
      lengthBytes === 0
        ? short
        : stream.readUIntBE(at + 2 + Math.max(0, lengthBytes - 6), Math.min(6, lengthBytes))
    const maskAt = at + 2 + lengthBytes
    const isMasked = (second & 0x80) !== 0
    const mask = stream.subarray(maskAt, maskAt + (isMasked ? 4 : 0))
    const start = maskAt + mask.length
    frames.push(
      Buffer.from(stream.subarray(start, start + length).map((byte, n) => byte ^ (mask[n % 4] ?? 0))),
    )
    at = start + length
  }
  return frames
}

/** Stands before the server of an address, and hears everything. */
export const makeTap = async (target: string): Promise<Tap> => {
  const streams: Buffer[][] = []
  const open = new Set<Socket>()
  const listener = createServer((near) => {
    const far = connect(Number(new URL(target).port), 'localhost')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const parts: Buffer[] = []
      streams.push(parts)
      open.add(from)
      from.on('data', (part: Buffer) => parts.push(part))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://localhost:${(listener.address() as AddressInfo).port}`,
    read: () => {
      const all = streams.map((parts) => Buffer.concat(parts))
      return Buffer.concat(all.flatMap((stream) => [stream, ...framesIn(stream)]))
    },
    close: () => {
      listener.close()
      for (const socket of open) socket.destroy()
    },
  }
}
