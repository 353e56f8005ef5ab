/**
 * Honest people, in a process of their own so that nobody else's work delays their clocks: pairs that talk, somebody
 * whose name is attacked and who comes back again and again, a newcomer now and then.
 */
import { randomBytes } from 'node:crypto'
import { type Acknowledgement, SottoError } from '@sotto/protocol'
import {
  connect,
  login,
  publish,
  type RawDevice,
  register,
} from '../../packages/server/test/client/device.ts'
import type { LiveSocket } from '../../packages/server/test/client/liveSocket.ts'
import { createRoom, invite, type RawRoom, write } from '../../packages/server/test/client/room.ts'
import { patiently } from './patience.ts'
import { paced, pause } from './pace.ts'
import type { Service } from './verdict.ts'

const pairs = 6
const messagesPerSecondEach = 8
const arrivedWithinMs = 10_000

/** What is said to this process. */
export type ToHonest = { readonly kind: 'phase'; readonly lastsMs: number } | { readonly kind: 'end' }
/** What it says. */
export type FromHonest =
  | { readonly kind: 'ready' }
  | { readonly kind: 'served'; readonly service: Service }
  | { readonly kind: 'failed'; readonly why: string }

interface Pair {
  readonly room: RawRoom
  readonly speaker: LiveSocket
  readonly listener: LiveSocket
}

interface Tallied {
  readonly waitsMs: number[]
  readonly refused: string[]
  readonly acknowledged: Map<LiveSocket, number>
}

const tell = (message: FromHonest): void => void process.send?.(message)

const refusalIn = (error: unknown): string => (error instanceof SottoError ? error.code : String(error))

const attempt = async (what: string, { refused }: Tallied, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    refused.push(`${what}: ${refusalIn(error)}`)
  }
}

const meet = async (url: string, at: number): Promise<Pair> => {
  const alice = await patiently(() => register(url, `honest-alice-${at}`))
  const bob = await patiently(() => register(url, `honest-bob-${at}`))
  await publish(bob)
  const room = await createRoom(alice)
  await invite(room, bob.account)
  return { room, speaker: await connect(alice), listener: await connect(bob) }
}

/** The newest entry that was pushed. */
const pushedTo = ({ frames }: LiveSocket): number =>
  Math.max(0, ...frames.flatMap((frame) => (frame.kind === 'entries' ? [frame.ack.seq] : [])))

/** Only what a phase needs is kept: who keeps every frame searches through all of them in the end. */
const forget = ({ frames }: LiveSocket): void => void frames.splice(0, Math.max(0, frames.length - 50))

const speak = async (
  { room, speaker, listener }: Pair,
  tallied: Tallied,
  signal: AbortSignal,
): Promise<void> => {
  await paced(messagesPerSecondEach, 1, signal, () =>
    attempt('message', tallied, async () => {
      const { message, aux } = await write(room, 'Does this arrive?')
      const startedMs = performance.now()
      const ack: Acknowledgement = await speaker.submit(room.id, message, aux)
      tallied.waitsMs.push(performance.now() - startedMs)
      tallied.acknowledged.set(listener, ack.seq)
      forget(speaker)
    }),
  )
}

/** How many of those who listen have not been told of the newest. */
const missingIn = async ({ acknowledged }: Tallied): Promise<number> => {
  const missing = (): number => [...acknowledged].filter(([listener, seq]) => pushedTo(listener) < seq).length
  for (const endMs = Date.now() + arrivedWithinMs; missing() > 0 && Date.now() < endMs;)
    await pause(50, new AbortController().signal)
  const left = missing()
  for (const listener of acknowledged.keys()) forget(listener)
  return left
}

const serve = async (
  url: string,
  all: readonly Pair[],
  victim: RawDevice,
  lastsMs: number,
): Promise<Service> => {
  const tallied: Tallied = { waitsMs: [], refused: [], acknowledged: new Map() }
  const signal = AbortSignal.timeout(lastsMs)
  const comeBack = (): Promise<void> =>
    attempt('sign-in', tallied, () =>
      login(url, victim.name, victim.password, {
        account: victim.account,
        device: victim.id,
        signer: victim.signer,
      }),
    )
  const arrive = (): Promise<void> =>
    attempt('registration', tallied, () => register(url, `new${randomBytes(6).toString('hex')}`))
  await Promise.all([
    ...all.map((pair) => speak(pair, tallied, signal)),
    paced(0.5, 1, signal, comeBack),
    paced(0.25, 1, signal, arrive),
  ])
  return { waitsMs: tallied.waitsMs, refused: tallied.refused, missing: await missingIn(tallied) }
}

const main = async (url: string, name: string, password: string): Promise<void> => {
  const victim = await patiently(() => register(url, name, password))
  const all: Pair[] = []
  for (let at = 0; at < pairs; at++) all.push(await meet(url, at))
  process.on('message', (message: ToHonest) => {
    if (message.kind === 'end') process.exit(0)
    serve(url, all, victim, message.lastsMs).then(
      (service) => tell({ kind: 'served', service }),
      (error: unknown) => tell({ kind: 'failed', why: String(error) }),
    )
  })
  tell({ kind: 'ready' })
}

const [url = '', name = '', password = ''] = process.argv.slice(2)
main(url, name, password).catch((error: unknown) => tell({ kind: 'failed', why: String(error) }))
