import { attempted, equalBytes } from '@sotto/protocol'
import { deviceOf, type Hook, hookOf } from '@sotto/trust'
import { shownHookName } from '../hook/card.ts'
import { type Generation, type HookState, newestOf, secretsIn, withGeneration } from '../hook/keys.ts'
import { decodeShare, generationIn, isCardOf, openAnchor, type Share } from '../hook/share.ts'
import { type Desk, type Ending, passed, unreadable } from './desk.ts'
import { policyIn } from './state.ts'
import type { Tools } from './tools.ts'

/** A message by which a member tells the keys of a hook, and where it stands. */
export interface Telling {
  readonly account: Uint8Array
  readonly device: Uint8Array
  readonly message: Uint8Array
  readonly keys: Uint8Array
  readonly timeMs: number
}

/**
 * Keys of a hook, told by a member. They count from their place in the log on, the same for everybody. What the policy
 * or the anchor does not vouch for is nobody's.
 */
export const receiveShare = async (tools: Tools, desk: Desk, telling: Telling): Promise<Ending> => {
  settleTelling(desk, telling.message)
  const told = attempted(() => decodeShare(telling.keys))
  if (!told) return unreadable
  const { room } = desk
  const policy = policyIn(room)
  const agreed = policy && hookOf(policy, told.hook)
  if (!agreed || !isCardOf(room.id, agreed, told.card)) return passed()
  const before = room.hooks.find((one) => equalBytes(one.hook, told.hook)) ?? emptyHook(told)
  const newest = newestOf(before)
  const known = { ...before, anchor: before.anchor ?? (await anchorFor(tools, desk, agreed, told)) }
  if (newest && newest.statement === told.statement) {
    keep(desk, { ...known, isAwaited: false })
    return passed()
  }
  const generation = await generationIn({ ...tools, timeMs: telling.timeMs }, agreed, told)
  if (!generation || (newest && generation.generation <= newest.generation)) return passed()
  const isOwn = equalBytes(telling.device, tools.device)
  adopt(desk, known, generation, telling.timeMs, isOwn)
  return told.isNew && !newest && generation.generation === 1
    ? passed({
        kind: 'event',
        actor: telling.account,
        event: { kind: 'hook_added', name: shownHookName(told.card), reads: told.card.reader !== null },
      })
    : passed()
}

const emptyHook = ({ hook, card }: Share): HookState => ({
  hook,
  card,
  anchor: null,
  generations: [],
  next: null,
  isStale: false,
  isAwaited: false,
  isUnpublished: false,
  tokenHash: null,
  telling: null,
  used: [],
  handedSeq: null,
})

/** The own words stand in the log, or will never: nothing of them waits any more. */
const settleTelling = (desk: Desk, message: Uint8Array): void => {
  const isTold = ({ telling }: HookState): boolean => telling !== null && equalBytes(telling, message)
  if (!desk.room.hooks.some(isTold)) return
  const hooks = desk.room.hooks.map((one) => (isTold(one) ? { ...one, telling: null } : one))
  desk.room = { ...desk.room, hooks }
}

const anchorFor = async (
  { provider, account, device, sealingKey, find }: Tools,
  { room }: Desk,
  { hook, anchor }: Hook,
  { anchors }: Share,
): Promise<Uint8Array | null> => {
  const own = find(account)?.state
  const publicKey = own && deviceOf(own, device)?.certificate.sealingKey
  if (!publicKey) return null
  const pair = { publicKey, privateKey: sealingKey }
  return openAnchor({ provider, room: room.id, hook }, anchors, device, pair, anchor)
}

const adopt = (
  desk: Desk,
  known: HookState,
  generation: Generation,
  timeMs: number,
  isOwn: boolean,
): void => {
  const { state, consumed } = withGeneration(known, generation, timeMs)
  desk.consumed.push(...consumed)
  // These are what was made here, read back; or somebody was first, and what was made here is nobody's.
  if (known.next) desk.consumed.push(...secretsIn([known.next]))
  keep(desk, {
    ...state,
    next: null,
    isAwaited: false,
    isUnpublished: isOwn || known.isUnpublished,
  })
}

const keep = (desk: Desk, state: HookState): void => {
  const others = desk.room.hooks.filter((one) => !equalBytes(one.hook, state.hook))
  desk.room = { ...desk.room, hooks: [...others, state] }
}
