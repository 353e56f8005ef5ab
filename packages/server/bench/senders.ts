/**
 * Load of `acknowledged.ts`, in a process of its own: many devices, each in a room of its own, that send one message
 * after the other and wait for each acknowledgement. Everything is encrypted before the clock starts.
 *
 *     node senders.ts <url> <senders> <messages> <window>
 */
import { encodeClientFrame } from '@sotto/protocol'
import { connect, register } from '../test/client/device.ts'
import { createRoom, write } from '../test/client/room.ts'

const [url = '', senders = '50', messages = '200', window = '1'] = process.argv.slice(2)
const messageBytes = 512
const overheadBytes = 330

interface Sender {
  run(): Promise<void>
}

const makeSender = async (at: number): Promise<Sender> => {
  const device = await register(url, `sender${at}`)
  const room = await createRoom(device)
  const frames: Uint8Array[] = []
  for (let i = 0; i < Number(messages); i++) {
    const { message, aux } = await write(room, 'x'.repeat(messageBytes - overheadBytes))
    frames.push(encodeClientFrame({ kind: 'submit', requestId: i, room: room.id, message, aux }))
  }
  const socket = await connect(device)
  socket.webSocket.removeAllListeners('message')
  return {
    run: () =>
      new Promise((resolve, reject) => {
        let sent = 0
        let acknowledged = 0
        const send = (): void => {
          const frame = frames[sent++]
          if (frame) socket.webSocket.send(frame)
        }
        // [1, …] is an acknowledgement, [2, …] a refusal, [3, …] the push of what was sent.
        socket.webSocket.on('message', (data: Buffer) => {
          if (data[1] === 2) reject(new Error('refused'))
          if (data[1] !== 1) return
          if (++acknowledged === frames.length) resolve()
          else send()
        })
        for (let i = 0; i < Number(window); i++) send()
      }),
  }
}

const all: Sender[] = []
for (let at = 0; at < Number(senders); at++) all.push(await makeSender(at))
const startedMs = performance.now()
await Promise.all(all.map((sender) => sender.run()))
const elapsedMs = performance.now() - startedMs
process.send?.({ perSecond: (Number(senders) * Number(messages) * 1000) / elapsedMs })
process.exit(0)
