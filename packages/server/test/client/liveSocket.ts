import {
  type ClientFrame,
  decodeServerFrame,
  encodeClientFrame,
  livePath,
  type ServerFrame,
  SottoError,
  type FailureDetail,
  type Acknowledgement,
} from '@sotto/protocol'
import { WebSocket } from 'ws'

type FrameOf<K extends ServerFrame['kind']> = ServerFrame & { readonly kind: K }

/** A WebSocket of the live lane, as a client that keeps every frame it was sent. */
export interface LiveSocket {
  readonly webSocket: WebSocket
  readonly frames: ServerFrame[]
  send(frame: ClientFrame): void
  sendBytes(bytes: Uint8Array | string): void
  /** The next frame of this kind that nobody has taken and `matches`. */
  next<K extends ServerFrame['kind']>(kind: K, matches?: (frame: FrameOf<K>) => boolean): Promise<FrameOf<K>>
  /** @throws SottoError as the server refuses */
  submit(room: Uint8Array, message: Uint8Array, aux?: Uint8Array | null): Promise<Acknowledgement>
  /** The close code. */
  readonly closed: Promise<number>
  close(): void
}

export const openSocket = async (url: string, headers: Record<string, string> = {}): Promise<LiveSocket> => {
  const webSocket = new WebSocket(url.replace('http', 'ws') + livePath, { headers })
  webSocket.binaryType = 'nodebuffer'
  const frames: ServerFrame[] = []
  const untaken: ServerFrame[] = []
  const waiting = new Set<() => void>()
  let nextRequest = 1
  let isClosed = false
  webSocket.on('message', (data: Buffer) => {
    const frame = decodeServerFrame(new Uint8Array(data))
    frames.push(frame)
    untaken.push(frame)
    for (const look of waiting) look()
  })
  const closed = new Promise<number>((resolve) =>
    webSocket.on('close', (code) => {
      isClosed = true
      for (const look of waiting) look()
      resolve(code)
    }),
  )
  await new Promise<void>((resolve, reject) => {
    webSocket.once('open', () => resolve())
    webSocket.once('error', reject)
  })
  webSocket.on('error', () => undefined)

  const take = (matches: (frame: ServerFrame) => boolean): ServerFrame | undefined => {
    const at = untaken.findIndex(matches)
    return at === -1 ? undefined : untaken.splice(at, 1)[0]
  }
  const nextWhere = (matches: (frame: ServerFrame) => boolean): Promise<ServerFrame> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = take(matches)
        if (!found && !isClosed) return
        waiting.delete(look)
        if (found) resolve(found)
        else reject(new SottoError('offline'))
      }
      waiting.add(look)
      look()
    })
  const send = (frame: ClientFrame): void => webSocket.send(encodeClientFrame(frame))

  return {
    webSocket,
    frames,
    closed,
    send,
    sendBytes: (bytes) => webSocket.send(bytes),
    next: async (kind, matches = () => true) =>
      (await nextWhere((frame) => frame.kind === kind && matches(frame as never))) as never,
    submit: async (room, message, aux = null) => {
      const requestId = nextRequest++
      send({ kind: 'submit', requestId, room, message, aux })
      const answer = await nextWhere(
        (frame) => (frame.kind === 'ack' || frame.kind === 'refused') && frame.requestId === requestId,
      )
      if (answer.kind === 'ack') return answer.ack
      const { code, detail } = answer as FrameOf<'refused'>
      throw new SottoError(code, undefined, JSON.parse(detail) as FailureDetail)
    },
    close: () => webSocket.close(),
  }
}
