import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { limits } from '@sotto/client'
import { LaneError } from '@sotto/lane'
import { GatewayRefusal } from '../refusal.ts'
import { type CbcEnvelope, openCbc, type Suite } from './cbcEnvelope.ts'

/**
 * The keys to which local programs encrypt: one pair for each recipient, made here, in memory alone, gone with this start.
 * The recipient knows nothing of it: his own key is of the lane, and the lane seals to that.
 */
export interface RecipientKeys {
  /** Of each of these names; made where it is not there, one after the other. */
  publicKeysOf(names: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>
  has(name: string): boolean
  /** @throws GatewayRefusal `NOT_FOR_US`, and `RATE_LIMITED` after some of those: whatever is wrong, it is the same */
  open(name: string, envelope: CbcEnvelope): { readonly text: string; readonly suite: Suite }
}

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

interface Held extends KeyPair {
  /** When something could not be opened, the last times. */
  wrongAtMs: readonly number[]
}

/** Those of the old programs, which know none of another length. */
const bits = 2048

const makePair = (): Promise<KeyPair> => promisify(generateKeyPair)('rsa', { modulusLength: bits })

const tooManyWrong = (waitMs: number) =>
  new GatewayRefusal(
    'RATE_LIMITED',
    `Too many messages that cannot be opened were sent to this recipient; wait ${Math.ceil(waitMs / 1000)} s`,
  )

const noKeyOf = () =>
  new GatewayRefusal(
    'NOT_FOR_US',
    'No key was given out here for this recipient: encrypt to the one in GET /users',
  )

interface Means {
  readonly nowMs: () => number
  readonly makePair: () => Promise<KeyPair>
}

export const makeRecipientKeys = (
  { nowMs, makePair: make }: Means = { nowMs: Date.now, makePair },
): RecipientKeys => {
  /** The one that was asked for last stands last. */
  const pairs = new Map<string, Held>()
  let making: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = making.then(work)
    making = next.catch(() => {})
    return next
  }

  const forgetOldest = (): void => {
    const [oldest] = pairs.keys()
    if (oldest !== undefined && pairs.size > limits.gatewayKeysMax) pairs.delete(oldest)
  }

  const pairOf = async (name: string): Promise<Held> => {
    const pair = pairs.get(name) ?? { ...(await make()), wrongAtMs: [] }
    pairs.delete(name)
    pairs.set(name, pair)
    forgetOldest()
    return pair
  }

  return {
    publicKeysOf: (names) =>
      inTurn(async () => {
        const keys = new Map<string, KeyObject>()
        for (const name of names) keys.set(name, (await pairOf(name)).publicKey)
        return keys
      }),
    has: (name) => pairs.has(name),
    open: (name, envelope) => {
      const pair = pairs.get(name)
      if (!pair) throw noKeyOf()
      const since = nowMs() - limits.gatewayWrongWindowMs
      const wrong = pair.wrongAtMs.filter((atMs) => atMs > since)
      const [first = 0] = wrong
      if (wrong.length >= limits.gatewayWrongMax) throw tooManyWrong(first - since)
      const opened = openCbc(envelope, pair.privateKey)
      if (opened) return opened
      pair.wrongAtMs = [...wrong, nowMs()]
      throw new LaneError('NOT_FOR_US', 'encrypt to the key in GET /users, with RSA-OAEP and AES-CBC')
    },
  }
}
