import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import { type Attack, count, type Tally } from '../attack.ts'
import { paced, pause } from '../pace.ts'
import { type Place, placeAt } from '../place.ts'

const password = 'a long enough passphrase'
const socketsEach = 10
const largeCharacters = 90 * 1024
const lettersWaiting = 60

const json = { 'content-type': 'application/json' }

const signUp = async (place: Place, username: string): Promise<string> => {
  const body = JSON.stringify({ username, password })
  const made = await place.ask({ method: 'POST', path: '/register', headers: json, body })
  if (made.status !== 201) throw new Error(`${username} could not be registered: ${made.body.toString()}`)
  const said = await place.ask({ method: 'POST', path: '/login', headers: json, body })
  return (JSON.parse(said.body.toString()) as { readonly token: string }).token
}

const textOf = (data: RawData): string => (data as Buffer).toString()

/** A Socket.IO client of a few lines: packets of Engine.IO 4, and no listener that would read what comes. */
const dial = async (place: Place, token: string): Promise<WebSocket> => {
  const webSocket = await place.webSocket('/socket.io/?EIO=4&transport=websocket')
  webSocket.send(`40${JSON.stringify({ token })}`)
  await new Promise<void>((resolve, reject) => {
    webSocket.on('message', (data) => {
      const text = textOf(data)
      if (text === '2') webSocket.send('3')
      if (text.startsWith('42["connected"')) resolve()
      if (text.startsWith('44')) reject(new Error(text))
    })
    webSocket.once('close', () => reject(new Error('closed')))
  })
  return webSocket
}

const emit = (webSocket: WebSocket, event: string, payload: unknown): void => {
  if (webSocket.bufferedAmount < 1024 * 1024) webSocket.send(`42${JSON.stringify([event, payload])}`)
}

const bytesOf = (characters: number): string => `[${'7,'.repeat(Math.floor(characters / 2) - 2)}7]`

const joined = (webSocket: WebSocket, room: string): Promise<number> =>
  new Promise((resolve) => {
    webSocket.on('message', (data) => {
      const found = /^42\["joined_room",\{"room_id":(\d+)/.exec(textOf(data))
      if (found) resolve(Number(found[1]))
    })
    emit(webSocket, 'join_room', { room })
  })

const letter = (recipient: string, characters: number) => ({
  recipient,
  encrypted_payload: {
    encrypted_data: Buffer.alloc(Math.floor((characters * 3) / 4), 7).toString('base64'),
    encrypted_key: Buffer.alloc(256, 7).toString('base64'),
    iv: randomBytes(12).toString('base64'),
  },
})

/** Joins a room and then reads nothing, but says that it lives as often as it can. */
const deafen = async (
  place: Place,
  token: string,
  room: string,
  signal: AbortSignal,
  tally: Tally,
): Promise<void> => {
  try {
    const webSocket = await dial(place, token)
    await joined(webSocket, room)
    webSocket.pause()
    const gone = new AbortController()
    webSocket.once('close', () => gone.abort())
    await paced(100, 100, AbortSignal.any([signal, gone.signal]), async () => {
      if (webSocket.bufferedAmount < 65_536) webSocket.send('3')
    })
    count(tally, 'deaf')
  } catch {
    count(tally, 'deaf not let in')
    await pause(500, signal)
  }
}

/** Programs of the open lane: one talks as much as it may, others do not listen, a third one's mailbox is filled. */
export const openLane: Attack = {
  name: 'programs',
  prepare: async ({ port }) => {
    const places = ['127.0.0.41', '127.0.0.42', '127.0.0.43'].map((address) => placeAt(address, port))
    const [talking, ...listening] = places as [Place, Place, Place]
    const talker = await signUp(talking, 'opentalker')
    const deaf = await Promise.all(listening.map((place, at) => signUp(place, `opendeaf${at}`)))
    await signUp(talking, 'openabsent')
    const tally: Tally = new Map()
    const socket = await dial(talking, talker)
    const room = 'Siege'
    const id = await joined(socket, room)
    for (let sent = 0; sent < lettersWaiting; sent++)
      emit(socket, 'message', letter('openabsent', largeCharacters))
    const content = bytesOf(largeCharacters)
    socket.on('message', (data) => {
      const refused = /^42\["error",.*?"code":"([A-Z_]+)"/.exec(textOf(data))
      if (refused) count(tally, `refused ${refused[1]}`)
    })
    return {
      tally,
      run: async (signal) => {
        const say = async (): Promise<void> => {
          count(tally, 'said')
          emit(socket, 'send_message', {
            room_id: id,
            encrypted_content: content,
            iv: JSON.stringify([...randomBytes(12)]),
          })
        }
        const write = async (): Promise<void> => {
          count(tally, 'letter')
          emit(socket, 'message', letter('openabsent', 400))
        }
        const presence = async (): Promise<void> => emit(socket, 'user_login', { username: 'opentalker' })
        await Promise.all([
          paced(9, 9, signal, say),
          paced(9, 9, signal, write),
          paced(2, 2, signal, presence),
          ...listening.map((place, at) =>
            paced(10, socketsEach, signal, () => deafen(place, deaf[at] as string, room, signal, tally)),
          ),
        ])
      },
      leave: () => places.forEach((place) => place.leave()),
    }
  },
}
