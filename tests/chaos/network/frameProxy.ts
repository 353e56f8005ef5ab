import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientFrame, decodeClientFrame, decodeServerFrame, type ServerFrame } from '@sotto/protocol'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Chance } from '../chance.ts'

/** A line that delivers whole frames more than once, and in another order. */
export interface FrameProxy {
  readonly url: string
  /** How many frames came twice, and how many came before an earlier one. */
  counts(): { readonly doubled: number; readonly overtaken: number }
  close(): Promise<void>
}

export interface FrameFaults {
  readonly chance: Chance
  /** Out of 100 frames. */
  readonly doublePercent: number
  readonly overtakePercent: number
}

/** How long a frame is held back for the next to overtake it, where there is no next. */
const heldMs = 50

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)

/**
 * What may come twice or late: news and what is handed in. The greeting comes once and first on any line; saying it
 * again would be another client's doing.
 */
const isNews = (frame: ServerFrame): boolean => {
  switch (frame.kind) {
    case 'entries':
    case 'behind':
    case 'welcome':
    case 'chain':
    case 'ack':
      return true
    case 'ready':
    case 'refused':
    case 'pong':
    case 'closing':
      return false
  }
}
const isHandedIn = (frame: ClientFrame): boolean => frame.kind === 'submit'

interface Lane {
  send(data: Buffer, mayGoWrong: boolean): void
}

const laneTo = (
  target: WebSocket,
  { chance, doublePercent, overtakePercent }: FrameFaults,
  count: (fault: 'doubled' | 'overtaken') => void,
): Lane => {
  let held: Buffer | null = null
  const strikes = (percent: number): boolean => chance.between(1, 100) <= percent
  const transmit = (data: Buffer): void => {
    if (target.readyState === WebSocket.OPEN) target.send(data, { binary: true })
  }
  const release = (): void => {
    if (held) transmit(held)
    held = null
  }
  return {
    send: (data, mayGoWrong) => {
      if (mayGoWrong && !held && strikes(overtakePercent)) {
        held = data
        setTimeout(release, heldMs)
        return
      }
      transmit(data)
      if (held) count('overtaken')
      release()
      if (!mayGoWrong || !strikes(doublePercent)) return
      count('doubled')
      transmit(data)
    },
  }
}

export const openFrameProxy = async (targetPort: number, faults: FrameFaults): Promise<FrameProxy> => {
  const counts = { doubled: 0, overtaken: 0 }
  const count = (fault: 'doubled' | 'overtaken'): void => {
    counts[fault] += 1
  }
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = request({ host: 'localhost', port: targetPort, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })

  const open = new Set<WebSocket>()
  const join = (near: WebSocket, far: WebSocket): void => {
    const up = laneTo(far, faults, count)
    const down = laneTo(near, faults, count)
    near.on('message', (data) => {
      const bytes = bytesOf(data)
      up.send(bytes, isHandedIn(decodeClientFrame(new Uint8Array(bytes))))
    })
    far.on('message', (data) => {
      const bytes = bytesOf(data)
      down.send(bytes, isNews(decodeServerFrame(new Uint8Array(bytes))))
    })
    for (const [end, other] of [[near, far] as const, [far, near] as const]) {
      open.add(end)
      end.on('error', () => other.terminate())
      end.on('close', () => {
        open.delete(end)
        other.terminate()
      })
    }
  }

  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
  })
  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy())
    const far = new WebSocket(`ws://localhost:${targetPort}${incoming.url ?? ''}`, {
      perMessageDeflate: false,
    })
    far.on('error', () => socket.destroy())
    far.once('open', () => sockets.handleUpgrade(incoming, socket, head, (near) => join(near, far)))
  })

  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    counts: () => counts,
    close: async () => {
      for (const socket of open) socket.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
