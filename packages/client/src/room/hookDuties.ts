import { equalBytes, toHex } from '@sotto/protocol'
import { may } from '@sotto/trust'
import { encodeHookKeys } from '../content/hookKeys/hookKeys.ts'
import { keyPairIn } from '../hook/keyPair.ts'
import {
  type Generation,
  hasOldKeys,
  type HookState,
  newestOf,
  wantsRenewal,
  withoutOldKeys,
} from '../hook/keys.ts'
import { makeGeneration } from '../hook/make.ts'
import { encodeShare, sealAnchors } from '../hook/share.ts'
import { compose, outboxItem } from './send.ts'
import { policyIn, type RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** What is to be done about a hook; whoever of the members notices first does it. */
export type HookDuty =
  /** Keys are made that take the place of the newest. */
  | { readonly kind: 'renew_hook'; readonly hook: string }
  /** The others are told the newest keys, or those that were made here. */
  | { readonly kind: 'tell_hook'; readonly hook: string; readonly isAsked: boolean }
  /** The server is told what it is to tell scripts. */
  | { readonly kind: 'publish_hook'; readonly hook: string }
  /** Keys go of which nothing can arrive any more. */
  | { readonly kind: 'forget_hook_keys' }

const isTelling = (room: RoomState, { telling }: HookState): boolean =>
  telling !== null && outboxItem(room, telling) !== undefined

const none: ReadonlySet<string> = new Set()

/** The next duties of a room that is read to its end. Of `doubted` hooks the server may have lost what it was told. */
export const hookDuties = (
  room: RoomState,
  timeMs: number,
  account: Uint8Array,
  doubted: ReadonlySet<string> = none,
): readonly HookDuty[] => {
  if (room.hooks.length === 0) return []
  const policy = policyIn(room)
  const mayKeep = policy !== undefined && may(policy, account, 'addHook')
  const mayTell = policy !== undefined && may(policy, account, 'post')
  const duties = room.hooks.flatMap((one): readonly HookDuty[] => {
    const hook = toHex(one.hook)
    if (isTelling(room, one)) return []
    if (one.next) return [{ kind: 'tell_hook', hook, isAsked: true }]
    if (mayKeep && wantsRenewal(one, timeMs)) return [{ kind: 'renew_hook', hook }]
    if (!newestOf(one)) return []
    return [
      ...(mayKeep && (one.isUnpublished || doubted.has(hook))
        ? [{ kind: 'publish_hook', hook } as const]
        : []),
      ...(one.isAwaited && mayTell ? [{ kind: 'tell_hook', hook, isAsked: false } as const] : []),
    ]
  })
  return room.hooks.some((one) => hasOldKeys(one, timeMs))
    ? [...duties, { kind: 'forget_hook_keys' }]
    : duties
}

export const hookNamed = ({ hooks }: RoomState, hook: string): HookState | undefined =>
  hooks.find((one) => toHex(one.hook) === hook)

/** The room with this hook as it is now. */
export const withHookState = (room: RoomState, next: HookState): RoomState => ({
  ...room,
  hooks: room.hooks.map((one) => (equalBytes(one.hook, next.hook) ? next : one)),
})

const lastOf = (known: HookState): number => newestOf(known)?.generation ?? 0

/** The next generation of a hook; undefined where this device may not make one. */
export const renewed = async (
  { jose }: Tools,
  room: RoomState,
  hook: string,
  timeMs: number,
): Promise<Generation | undefined> => {
  const known = hookNamed(room, hook)
  const anchor = known?.anchor && keyPairIn(known.anchor)
  if (!known || !anchor) return undefined
  return makeGeneration(jose, anchor, known.hook, lastOf(known) + 1, Math.floor(timeMs / 1000))
}

/** Keeps what was made, unless others were faster meanwhile. */
export const stageRenewal = (room: RoomState, hook: string, made: Generation, timeMs: number): Stepped => {
  const known = hookNamed(room, hook)
  return known && lastOf(known) === made.generation - 1 && wantsRenewal(known, timeMs)
    ? stepped(withHookState(room, { ...known, next: made }))
    : stepped(room, { consumed: [made.ec, made.rsa] })
}

/** Puts the message that tells the keys into the outbox: it is encrypted for whoever is in the room then. */
export const stageTelling = async (
  tools: Tools,
  room: RoomState,
  hook: string,
  timeMs: number,
): Promise<Stepped> => {
  const known = hookNamed(room, hook)
  const generation = known && (known.next ?? newestOf(known))
  const policy = policyIn(room)
  if (!known || !generation || !policy || !room.group || isTelling(room, known)) return stepped(room)
  const { provider, find } = tools
  const sealing = { provider, room: room.id, hook: known.hook }
  const anchors = known.anchor
    ? await sealAnchors(sealing, known.anchor, room.group.public, policy, find)
    : []
  const { statement, ec, rsa } = generation
  const isNew = known.next !== null
  const keys = encodeShare({ hook: known.hook, card: known.card, statement, ec, rsa, isNew, anchors })
  const message = provider.random(16)
  const content = encodeHookKeys(keys, provider.random(16), timeMs)
  const composed = compose(room, { message, content, composedMs: timeMs })
  return stepped(withHookState(composed, { ...known, telling: message }))
}

/** The server has the statement, or does not want it. */
export const published = (room: RoomState, hook: string, statement: string): Stepped => {
  const known = hookNamed(room, hook)
  if (!known || newestOf(known)?.statement !== statement) return stepped(room)
  return stepped(withHookState(room, { ...known, isUnpublished: false }))
}

export const forgetOldKeys = (room: RoomState, timeMs: number): Stepped => {
  const lightened = room.hooks.map((one) => withoutOldKeys(one, timeMs))
  return stepped(
    { ...room, hooks: lightened.map(({ state }) => state) },
    { consumed: lightened.flatMap(({ consumed }) => consumed) },
  )
}
