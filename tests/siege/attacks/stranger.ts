import { randomBytes } from 'node:crypto'
import { encodeAs, livePath, operations } from '@sotto/protocol'
import { startLogin, startRegistration } from '../../../packages/server/test/client/password.ts'
import { type Attack, askAndCount, type Tally, type Target } from '../attack.ts'
import { paced, pause } from '../pace.ts'
import { type Place, placeAt } from '../place.ts'

const cbor = { 'content-type': 'application/cbor' }
const json = { 'content-type': 'application/json' }

const post = (path: string, body: Uint8Array | string, headers: Readonly<Record<string, string>>) =>
  ({ method: 'POST', path, body, headers }) as const

/** Starts what it never ends: sign-ins to a name that is somebody's, registrations, and requests of nothing at all. */
const starting = async (place: Place, tally: Tally, signal: AbortSignal, victim: string): Promise<void> => {
  const { request: login } = await startLogin('not the password')
  const { request: registration } = await startRegistration('not a password either')
  const path = operations.loginStart.path
  const ask = (what: string, asked: ReturnType<typeof post>) => () =>
    askAndCount(place, tally, what, asked).then(() => undefined)
  const knock = encodeAs(operations.loginStart.body, { name: victim, request: login })
  const register = (): Promise<void> => {
    const name = `s${randomBytes(6).toString('hex')}`
    const body = encodeAs(operations.registerStart.body, { name, request: registration })
    return ask('registration', post(operations.registerStart.path, body, cbor))()
  }
  await Promise.all([
    paced(60, 16, signal, ask('sign-in', post(path, knock, cbor))),
    paced(40, 16, signal, register),
    paced(40, 16, signal, ask('nothing', post(operations.registerFinish.path, '', cbor))),
  ])
}

/** Passwords that the server has to stretch. */
const guessing = async (place: Place, tally: Tally, signal: AbortSignal): Promise<void> => {
  const guess = async (): Promise<void> => {
    const username = `p${randomBytes(5).toString('hex')}`
    const body = JSON.stringify({ username, password: 'a long enough passphrase' })
    await askAndCount(place, tally, 'open sign-in', post('/login', body, json))
    await askAndCount(place, tally, 'open registration', post('/register', body, json))
  }
  await paced(10, 8, signal, guess)
}

/** Sockets that never say who they are, and pages that nobody reads. */
const loitering = async (place: Place, tally: Tally, signal: AbortSignal): Promise<void> => {
  const loiter = async (): Promise<void> => {
    try {
      const webSocket = await place.webSocket(livePath)
      await Promise.race([new Promise((resolve) => webSocket.once('close', resolve)), pause(60_000, signal)])
      tally.set('loitered', (tally.get('loitered') ?? 0) + 1)
    } catch {
      tally.set('not let in', (tally.get('not let in') ?? 0) + 1)
      await pause(500, signal)
    }
  }
  const stare = async (): Promise<void> => {
    const socket = await place.connect()
    socket.pause()
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(20))
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(60_000, signal)])
  }
  await Promise.all([paced(20, 64, signal, loiter), paced(20, 64, signal, () => stare().catch(() => {}))])
}

/** Somebody who has no account, from three addresses; one of them is that of the honest people. */
export const stranger: Attack = {
  name: 'strangers',
  prepare: async ({ port, victim }: Target) => {
    const [first, second] = ['127.0.0.21', '127.0.0.22'].map((address) => placeAt(address, port)) as [
      Place,
      Place,
    ]
    const neighbour = placeAt('127.0.0.1', port)
    const tally: Tally = new Map()
    const { request } = await startLogin('not the password')
    const knock = post(
      operations.loginStart.path,
      encodeAs(operations.loginStart.body, { name: victim, request }),
      cbor,
    )
    return {
      tally,
      run: async (signal) => {
        await Promise.all([
          starting(first, tally, signal, victim),
          guessing(second, tally, signal),
          loitering(second, tally, signal),
          paced(5, 4, signal, () => askAndCount(neighbour, tally, 'neighbour', knock).then(() => undefined)),
        ])
      },
      leave: () => [first, second, neighbour].forEach((place) => place.leave()),
    }
  },
}
