import { encodeAs, encodeClientFrame, livePath, operations, targetOf } from '@sotto/protocol'
import { makeBundle, type RawDevice, register } from '../../../packages/server/test/client/device.ts'
import { createRoom, type RawRoom, submit, write } from '../../../packages/server/test/client/room.ts'
import { type Attack, askAndCount, count, type Tally } from '../attack.ts'
import { patiently } from '../patience.ts'
import { paced, pause } from '../pace.ts'
import { type Place, placeAt } from '../place.ts'

const roomsOwned = 120
const packagesPerUpload = 64
const largeTextBytes = 48 * 1024
/** More than a page of the log. */
const largeTexts = 50

const bearer = ({ token }: RawDevice) => ({ authorization: `Bearer ${token}` })

/** Uploads whose every piece must be verified, sixteen at a time. */
const uploading = async (
  place: Place,
  device: RawDevice,
  body: Uint8Array,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  const headers = { 'content-type': 'application/cbor', ...bearer(device) }
  const { path } = operations.publishKeyPackages
  await paced(100, 16, signal, async () => {
    await askAndCount(place, tally, 'upload', { method: 'POST', path, headers, body })
  })
}

const uploadOf = async (device: RawDevice): Promise<Uint8Array> => {
  const bundles = await Promise.all(Array.from({ length: packagesPerUpload }, () => makeBundle(device)))
  return encodeAs(operations.publishKeyPackages.body, {
    oneTime: bundles.map(({ bytes }) => bytes),
    lastResort: null,
    replace: true,
  })
}

const listing = (place: Place, device: RawDevice, tally: Tally, signal: AbortSignal): Promise<void> =>
  paced(50, 16, signal, async () => {
    const { path } = operations.listRooms
    await askAndCount(place, tally, 'list', { method: 'GET', path, headers: bearer(device) })
  })

/** Pages of the log that it asks for and never reads. */
const staring = async (
  place: Place,
  { device, id }: RawRoom,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  const path = targetOf(operations.readLog, { room: id, from: 1 })
  const stare = async (): Promise<void> => {
    try {
      const socket = await place.connect()
      socket.pause()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${device.token}\r\n\r\n`)
      count(tally, 'stare')
      await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(60_000, signal)])
    } catch {
      count(tally, 'stare cut')
    }
  }
  await paced(100, 200, signal, stare)
}

/** Bodies that are announced, and come a byte at a time. */
const dripping = async (
  place: Place,
  { device, id }: RawRoom,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  const path = targetOf(operations.submitMessage, { room: id })
  const drip = async (): Promise<void> => {
    try {
      const socket = await place.connect()
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${device.token}`,
        'Content-Type: application/cbor',
        `Content-Length: ${1024 * 1024}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      socket.write(Buffer.alloc(1000 * 1024))
      const dripped = setInterval(() => socket.writable && socket.write('x'), 1000)
      await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(60_000, signal)])
      clearInterval(dripped)
      count(tally, 'drip')
    } catch {
      count(tally, 'drip cut')
    }
  }
  await paced(50, 100, signal, drip)
}

/** Sockets that ask as often as they may and read nothing. */
const deafening = async (
  place: Place,
  device: RawDevice,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  const ping = encodeClientFrame({ kind: 'ping', nonce: 7 })
  const talk = async (): Promise<void> => {
    try {
      const webSocket = await place.webSocket(livePath)
      webSocket.send(encodeClientFrame({ kind: 'hello', token: device.token }))
      webSocket.pause()
      const gone = new AbortController()
      webSocket.once('close', () => gone.abort())
      const over = AbortSignal.any([signal, gone.signal])
      await paced(190, 190, over, async () => {
        if (webSocket.bufferedAmount < 65_536) webSocket.send(ping)
      })
      count(tally, 'deaf')
    } catch {
      count(tally, 'deaf cut')
    }
  }
  await paced(5, 10, signal, talk)
}

/** Messages to itself, as many as it may. */
const chattering = async (place: Place, room: RawRoom, tally: Tally, signal: AbortSignal): Promise<void> => {
  const path = targetOf(operations.submitMessage, { room: room.id })
  const headers = { 'content-type': 'application/cbor', ...bearer(room.device) }
  await paced(19, 1, signal, async () => {
    const { message, aux } = await write(room, 'x'.repeat(1000))
    const body = encodeAs(operations.submitMessage.body, { message, aux })
    await askAndCount(place, tally, 'message', { method: 'POST', path, headers, body })
  })
}

const fill = async (room: RawRoom): Promise<void> => {
  for (let text = 0; text < largeTexts; text++) {
    const submission = await write(room, 'x'.repeat(largeTextBytes))
    await patiently(() => submit(room, submission))
  }
}

/** Somebody who has an account and many rooms. */
export const member: Attack = {
  name: 'a member',
  prepare: async ({ url, port }) => {
    const device = await patiently(() => register(url, 'mallory'))
    const room = await patiently(() => createRoom(device))
    await fill(room)
    const quiet = await patiently(() => createRoom(device))
    for (let one = 0; one < roomsOwned; one++) await patiently(() => createRoom(device))
    const upload = await uploadOf(device)
    const places = ['127.0.0.31', '127.0.0.32', '127.0.0.33'].map((address) => placeAt(address, port))
    const [asking, holding, talking] = places as [Place, Place, Place]
    const tally: Tally = new Map()
    return {
      tally,
      run: async (signal) => {
        await Promise.all([
          uploading(asking, device, upload, tally, signal),
          listing(asking, device, tally, signal),
          staring(holding, room, tally, signal),
          dripping(holding, room, tally, signal),
          deafening(talking, device, tally, signal),
          chattering(talking, quiet, tally, signal),
        ])
      },
      leave: () => places.forEach((place) => place.leave()),
    }
  },
}
