import {
  blob,
  boolean,
  bytes,
  decodeAs,
  encodeAs,
  equalBytes,
  hookId,
  limits,
  list,
  nullable,
  type Shape,
  struct,
  text,
  uint,
} from '@sotto/protocol'
import { card, type Card } from './card.ts'

/** The keys to which scripts seal for a while, as this device has them. */
export interface Generation {
  readonly generation: number
  readonly statement: string
  /** Private keys as JSON: bytes, so that they can be wiped. */
  readonly ec: Uint8Array
  readonly rsa: Uint8Array
  /** Thumbprints of their public halves. */
  readonly ecId: string
  readonly rsaId: string
  readonly notBeforeS: number
  readonly expiresS: number
  /** Until when, by the log's time, what is sealed to them may arrive; null for the newest. */
  readonly untilMs: number | null
}

/** A post that has been shown: its id is used up. */
export interface UsedId {
  readonly id: Uint8Array
  readonly timeMs: number
}

/** What this device knows and has to do of one hook of a room. */
export interface HookState {
  readonly hook: Uint8Array
  readonly card: Card
  /** The anchor's private key as JSON; null on devices that may not set hooks up. */
  readonly anchor: Uint8Array | null
  /** Oldest first; empty until the first stands in the log. */
  readonly generations: readonly Generation[]
  /** Made here and not in the log yet. */
  readonly next: Generation | null
  /** Somebody who has the newest keys is not in the room any more: new ones are to be made. */
  readonly isStale: boolean
  /** Somebody has come in who has no keys: they are to be told once more. */
  readonly isAwaited: boolean
  /** The server is to be told of the newest generation, by this device. */
  readonly isUnpublished: boolean
  /** Hash of the script's token, kept for a server that loses it; null where another device has made the hook. */
  readonly tokenHash: Uint8Array | null
  /** The message by which this device tells the others, while it is in the outbox. */
  readonly telling: Uint8Array | null
  readonly used: readonly UsedId[]
  /** Up to where this device has handed the room's messages to the script; null where it does not. */
  readonly handedSeq: number | null
}

const privateKey = blob(4096, 1)
const keyId = text(43)
const generationsMax = 8
const usedMax = 4096

const generation: Shape<Generation> = struct({
  generation: uint(0xffff_ffff),
  statement: text(limits.hookStatementBytesMax),
  ec: privateKey,
  rsa: privateKey,
  ecId: keyId,
  rsaId: keyId,
  notBeforeS: uint(),
  expiresS: uint(),
  untilMs: nullable(uint()),
})

export const hookState: Shape<HookState> = struct({
  hook: hookId,
  card,
  anchor: nullable(privateKey),
  generations: list(generation, generationsMax),
  next: nullable(generation),
  isStale: boolean,
  isAwaited: boolean,
  isUnpublished: boolean,
  tokenHash: nullable(bytes(32)),
  telling: nullable(bytes(16)),
  used: list(struct({ id: bytes(16), timeMs: uint() }), usedMax),
  handedSeq: nullable(uint()),
})

/** As it waits with the wish for the hook, until the room's policy has it. */
export const encodeHookState = (state: HookState): Uint8Array => encodeAs(hookState, state)
/** @throws SottoError `bad_request` */
export const decodeHookState = (stored: Uint8Array): HookState => decodeAs(hookState, stored, 'hook')

export const newestOf = ({ generations }: HookState): Generation | undefined => generations.at(-1)

/** New keys are made this long before the old ones end, so that scripts are never without. */
const renewalLeadS = 2 * 86_400

/** Whether it is time for new keys. */
export const wantsRenewal = (state: HookState, timeMs: number): boolean => {
  const newest = newestOf(state)
  if (state.next !== null || state.anchor === null) return false
  // Made here, and given up before anybody was told.
  return !newest || state.isStale || timeMs > (newest.expiresS - renewalLeadS) * 1000
}

/** The private keys of generations: what is to be wiped when they go. */
export const secretsIn = (generations: readonly Generation[]): readonly Uint8Array[] =>
  generations.flatMap(({ ec, rsa }) => [ec, rsa])

export const allSecretsOf = ({ anchor, generations, next }: HookState): readonly Uint8Array[] => [
  ...secretsIn(generations),
  ...(next ? secretsIn([next]) : []),
  ...(anchor ? [anchor] : []),
]

const isOver = ({ untilMs }: Generation, timeMs: number): boolean => untilMs !== null && untilMs < timeMs

/** Whether keys are kept of which nothing can arrive any more. */
export const hasOldKeys = ({ generations }: HookState, timeMs: number): boolean =>
  generations.some((one) => isOver(one, timeMs))

export interface Lightened {
  readonly state: HookState
  readonly consumed: readonly Uint8Array[]
}

/** Without the keys whose time is over (HOOK-7). */
export const withoutOldKeys = (state: HookState, timeMs: number): Lightened => {
  const over = state.generations.filter((one) => isOver(one, timeMs))
  if (over.length === 0) return { state, consumed: [] }
  const generations = state.generations.filter((one) => !isOver(one, timeMs))
  return { state: { ...state, generations }, consumed: secretsIn(over) }
}

/** The next generation is the newest now; what is sealed to the others may be under way a while longer. */
export const withGeneration = (state: HookState, added: Generation, timeMs: number): Lightened => {
  const untilMs = timeMs + limits.hookKeysGraceMs
  const before = state.generations.map((one) => ({ ...one, untilMs: one.untilMs ?? untilMs }))
  const kept = before.slice(-(generationsMax - 1))
  return {
    state: { ...state, generations: [...kept, { ...added, untilMs: null }], isStale: false },
    consumed: secretsIn(before.slice(0, before.length - kept.length)),
  }
}

/** A post's time lies within the skew of the log's, so that it can come again within twice that. */
const usedMs = 2 * limits.hookTimeSkewMs

export const isUsed = ({ used }: HookState, id: Uint8Array): boolean =>
  used.some((known) => equalBytes(known.id, id))

export const withUsed = (state: HookState, id: Uint8Array, timeMs: number): HookState => ({
  ...state,
  used: [...state.used.filter((known) => known.timeMs >= timeMs - usedMs), { id, timeMs }].slice(-usedMax),
})

/** The keys that a post names, and whether they may still be used at this time of the log. */
export const generationNamed = (state: HookState, named: string): Generation | undefined =>
  state.generations.find(({ ecId, rsaId }) => ecId === named || rsaId === named)
