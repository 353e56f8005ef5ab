import { decodePublicGroup, encodePublicGroup, type Group, groupParts, type PublicGroup } from '@sotto/mls'
import {
  blob,
  boolean,
  bytes,
  decodeAs,
  encodeAs,
  equalBytes,
  failures,
  type FailureCode,
  hashBytes,
  hookId,
  limits,
  list,
  moment,
  nullable,
  oneOf,
  type Shape,
  SottoError,
  struct,
  text,
  toHex,
  uint,
  union,
} from '@sotto/protocol'
import { decodePolicy, hooksMax, policyExtensionType, type Policy, type Role } from '@sotto/trust'
import { draftForm } from '../draft/form.ts'
import { hookState, type HookState } from '../hook/keys.ts'
import type { Change } from '../ports/store.ts'
import { roomKeys, within } from './keys.ts'
import { recordedItems } from '../timeline/record.ts'
import type { Offer } from './offers.ts'
import { metaKeysMax, publicOf, rejoinsKept } from './state.ts'
import type {
  RoomSummary,
  Intent,
  Meta,
  MetaKey,
  Nack,
  OutboxItem,
  Pending,
  Phase,
  Place,
  RoomState,
} from './state.ts'

/** How the parts of a room are written in the store, and which rows a step has to write. */
const hash = bytes(hashBytes)
const failureCode = oneOf<FailureCode>(...(Object.keys(failures) as FailureCode[]))
const ruleText = text(64)

const nack: Shape<Nack> = struct({ seq: uint(), rule: ruleText, message: bytes(16) })

const endings = {
  removed: [5, {}],
  absent: [6, {}],
  refounded: [8, { successor: bytes(16) }],
  left: [9, {}],
} as const

const following = {
  active: [2, {}],
  leaving: [4, {}],
  parting: [11, { to: union(endings), isDeclined: boolean }],
  repairing: [
    7,
    {
      code: failureCode,
      rule: nullable(ruleText),
      asked: boolean,
      nack: nullable(nack),
      invitedBy: nullable(bytes(32)),
    },
  ],
} as const

const phase: Shape<Phase> = union({
  creating: [
    0,
    {
      groupInfo: blob(limits.groupInfoBytesMax),
      tree: blob(limits.groupInfoBytesMax),
      meta: blob(limits.metaBytesMax),
    },
  ],
  invited: [
    1,
    {
      inviter: nullable(bytes(32)),
      timeMs: uint(),
      before: union(endings),
      entry: nullable(struct({ seq: uint(), hash })),
    },
  ],
  frozen: [
    3,
    { code: failureCode, rule: nullable(ruleText), nack: nullable(nack), before: union(following) },
  ],
  ...endings,
  ...following,
})

const place: Shape<Place> = struct({
  cursor: uint(),
  hash,
  timeMs: uint(),
  sendCounter: uint(),
  acceptedCounter: uint(),
  tag: nullable(hash),
  confirmed: uint(),
  from: uint(),
  epoch: uint(),
  rejoinedMs: list(moment, rejoinsKept),
  leafMs: moment,
  leafCounter: uint(),
})

const summary: Shape<RoomSummary> = struct({
  name: text(limits.roomNameCharactersMax * 2),
  memberCount: uint(),
  unread: uint(),
  readSeq: uint(),
  activeMs: uint(),
  // An account, or, half as long, a hook.
  latest: nullable(struct({ sender: blob(32, 16), text: text(1024), timeMs: uint() })),
})

const meta: Shape<Meta> = struct({ salt: bytes(16), bytes: blob(limits.metaBytesMax) })

/** What a device may want of a room at once: everybody in it brought into another one. */
export const intentsMax = limits.leavesPerRoomMax + limits.addsPerCommitMax

const intents: Shape<readonly Intent[]> = list(
  union({
    invite: [
      0,
      {
        id: text(64),
        account: bytes(32),
        keyPackages: list(blob(limits.keyPackageBytesMax), limits.devicesPerAccountMax),
      },
    ],
    refresh: [1, { id: text(64) }],
    remove: [2, { id: text(64), account: bytes(32) }],
    role: [3, { id: text(64), account: bytes(32), role: oneOf<Role>(0, 1, 2, 3) }],
    readd: [
      4,
      {
        id: text(64),
        account: bytes(32),
        device: bytes(16),
        leafKey: bytes(32),
        keyPackage: nullable(blob(limits.keyPackageBytesMax)),
      },
    ],
    add_hook: [
      5,
      {
        id: text(64),
        hook: struct({ hook: hookId, anchor: hash, script: nullable(hash), flags: uint(255) }),
        state: blob(limits.messageBytesMax),
      },
    ],
    remove_hook: [6, { id: text(64), hook: hookId }],
    openness: [7, { id: text(64), isOpen: boolean }],
  }),
  intentsMax,
)

const declined: Shape<readonly Uint8Array[]> = list(bytes(32), limits.leavesPerRoomMax)

const hooks: Shape<readonly HookState[]> = list(hookState, hooksMax)

/** The staged state is kept in parts of its own. */
const pending: Shape<Omit<Pending, 'staged'>> = struct({
  kind: oneOf('commit', 'proposal'),
  counter: uint(),
  message: blob(limits.commitBytesMax),
  messageHash: hash,
  attachment: nullable(blob(limits.welcomeBytesMax + limits.groupInfoBytesMax + limits.metaBytesMax + 64)),
  epoch: uint(),
  intents: list(text(64), limits.addsPerCommitMax),
  events: recordedItems,
  meta: nullable(meta),
})

const metaKeys: Shape<readonly MetaKey[]> = list(struct({ epoch: uint(), key: bytes(32) }), metaKeysMax)

const outboxItem: Shape<Omit<OutboxItem, 'order'>> = struct({
  message: bytes(16),
  content: blob(limits.messageBytesMax),
  composedMs: uint(),
  stage: union({
    queued: [0, {}],
    encrypted: [1, { epoch: uint(), counter: uint(), bytes: blob(limits.messageBytesMax) }],
    failed: [2, { code: failureCode }],
  }),
  hashes: list(hash, 1024),
})

const draft = draftForm.shape

const offers: Shape<readonly Offer[]> = list(
  struct({
    account: bytes(32),
    commands: list(
      struct({ name: text(32), summary: text(limits.botCommandSummaryCharactersMax) }),
      limits.botCommandsMax,
    ),
  }),
  limits.botsOfferingPerRoomMax,
)

/** @throws SottoError `storage_damaged`: what this device wrote is not hostile, so it can only be broken */
const reading =
  <T>(shape: Shape<T>) =>
  (stored: Uint8Array): T => {
    try {
      return decodeAs(shape, stored)
    } catch {
      throw new SottoError('storage_damaged')
    }
  }

const lastPolicy = (stored: Uint8Array): Policy => {
  const policy = decodePolicy(stored)
  if (policy.kind === 'refused') throw new SottoError('storage_damaged')
  return policy.value
}

const publicGroup = (stored: Uint8Array): PublicGroup => {
  try {
    return decodePublicGroup(stored)
  } catch {
    throw new SottoError('storage_damaged')
  }
}

/** What the rows of a room hold that are written by shape. */
export const roomShapes = {
  phase,
  place,
  summary,
  meta,
  metaKeys,
  intents,
  hooks,
  pending,
  outboxItem,
  draft,
  offers,
  declined,
} as const

export const readRow = {
  phase: reading(phase),
  place: reading(place),
  summary: reading(summary),
  meta: reading(meta),
  metaKeys: reading(metaKeys),
  intents: reading(intents),
  hooks: reading(hooks),
  pending: reading(pending),
  outboxItem: reading(outboxItem),
  draft: reading(draft),
  offers: reading(offers),
  declined: reading(declined),
  observed: publicGroup,
  lastPolicy,
} as const

const put = (key: string, value: Uint8Array): Change => ({ kind: 'put', key, value })

/** The rows by which `after` differs from `before`; all of them, where there was nothing. */
export const roomChanges = (before: RoomState | null, after: RoomState): readonly Change[] => {
  const room = toHex(after.id)
  if (after.phase.kind === 'absent')
    return [
      ...forgetChanges(after.id),
      put(roomKeys.phase(room), encodeAs(phase, after.phase)),
      put(roomKeys.place(room), encodeAs(place, after.place)),
    ]
  const row = <T>(key: string, shape: Shape<T>, part: (state: RoomState) => T): readonly Change[] =>
    before && part(before) === part(after) ? [] : [put(key, encodeAs(shape, part(after)))]
  return [
    ...row(roomKeys.phase(room), phase, (state) => state.phase),
    ...row(roomKeys.place(room), place, (state) => state.place),
    ...row(roomKeys.summary(room), summary, (state) => state.summary),
    ...row(roomKeys.meta(room), meta, (state) => state.meta),
    ...metaKeyChanges(room, before, after),
    ...row(roomKeys.intents(room), intents, (state) => state.intents),
    ...row(roomKeys.hooks(room), hooks, (state) => state.hooks),
    ...row(roomKeys.draft(room), draft, (state) => state.draft),
    ...row(roomKeys.offers(room), offers, (state) => state.offers),
    ...row(roomKeys.declined(room), declined, (state) => state.declined),
    ...pendingChanges(room, before, after),
    ...outboxChanges(room, before?.outbox ?? [], after.outbox),
    ...partChanges(roomKeys.group(room), before?.group ?? null, after.group),
    ...observedChanges(room, before?.observed ?? null, after.observed),
    ...lastPolicyChanges(room, before, after),
  ]
}

/** No row where there are none: that is how it nearly always is. */
const metaKeyChanges = (room: string, before: RoomState | null, after: RoomState): readonly Change[] => {
  if ((before?.metaKeys ?? noMetaKeys) === after.metaKeys) return []
  const key = roomKeys.metaKeys(room)
  if (after.metaKeys.length > 0) return [put(key, encodeAs(metaKeys, after.metaKeys))]
  return before && before.metaKeys.length > 0 ? [{ kind: 'delete', key }] : []
}

const noMetaKeys: RoomState['metaKeys'] = []

const pendingChanges = (room: string, before: RoomState | null, after: RoomState): readonly Change[] => {
  if ((before?.pending ?? null) === after.pending) return []
  const key = roomKeys.pending(room)
  const folder = roomKeys.staged(room)
  const clear: Change = { kind: 'delete_range', ...within(folder) }
  if (!after.pending) return [{ kind: 'delete', key }, clear]
  const { staged } = after.pending
  return [
    put(key, encodeAs(pending, after.pending)),
    clear,
    ...(staged ? partChanges(folder, null, staged) : []),
  ]
}

const outboxChanges = (
  room: string,
  before: readonly OutboxItem[],
  after: readonly OutboxItem[],
): readonly Change[] => {
  if (before === after) return []
  // A step touches a few items of what may be thousands: only what lies between the equal ends is compared.
  const [from, equalAtEnd] = equalEnds(before, after)
  const old = before.slice(from, before.length - equalAtEnd)
  const now = after.slice(from, after.length - equalAtEnd)
  const kept = new Set(now.map(({ order }) => order))
  const stored = new Set(old)
  return [
    ...old
      .filter(({ order }) => !kept.has(order))
      .map(({ order }): Change => ({ kind: 'delete', key: roomKeys.outboxItem(room, order) })),
    ...now
      .filter((item) => !stored.has(item))
      .map((item) => put(roomKeys.outboxItem(room, item.order), encodeAs(outboxItem, item))),
  ]
}

/** How many elements are the same at the beginning and, of the rest, at the end. */
const equalEnds = <T>(one: readonly T[], other: readonly T[]): readonly [number, number] => {
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start++
  let end = 0
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  return [start, end]
}

const partChanges = (folder: string, before: Group | null, after: Group | null): readonly Change[] => {
  if (before === after) return []
  if (!after) return [{ kind: 'delete_range', ...within(folder) }]
  return groupParts(before, after).map(({ part, bytes: value }) =>
    value ? put(`${folder}${part}`, value) : { kind: 'delete', key: `${folder}${part}` },
  )
}

const observedChanges = (
  room: string,
  before: PublicGroup | null,
  after: PublicGroup | null,
): readonly Change[] => {
  if (before === after) return []
  const key = roomKeys.observed(room)
  return [after ? put(key, encodePublicGroup(after)) : { kind: 'delete', key }]
}

/** The policy as it stands in the group; what was kept of it where the group is lost. */
const policyBytes = (state: RoomState | null): Uint8Array | undefined => {
  const group = state && publicOf(state)
  return group?.context.extensions.find(({ type }) => type === policyExtensionType)?.data
}

const lastPolicyChanges = (room: string, before: RoomState | null, after: RoomState): readonly Change[] => {
  if (before && publicOf(before)?.context === publicOf(after)?.context) return []
  const [known, next] = [policyBytes(before), policyBytes(after)]
  if (!next || (known && equalBytes(known, next))) return []
  return [put(roomKeys.lastPolicy(room), next)]
}

/** What of a room is read in parts: what was said in it, and what is kept to know it again. */
export const historyChanges = (id: Uint8Array): readonly Change[] => {
  const room = toHex(id)
  const folders = [
    roomKeys.log(room),
    roomKeys.known(room),
    roomKeys.references(room),
    roomKeys.marksFolder(room),
    roomKeys.waitingMarks(room),
    roomKeys.raw(room),
    roomKeys.rawBlocks(room),
  ]
  return folders.map((prefix) => ({ kind: 'delete_range', ...within(prefix) }))
}

/** Nothing of the room stays but that it was there, and how far this device had come. */
const forgetChanges = (id: Uint8Array): readonly Change[] => {
  const room = toHex(id)
  const folders = [
    `rooms/${room}/`,
    roomKeys.group(room),
    roomKeys.staged(room),
    roomKeys.outbox(room),
    roomKeys.observedFolder(room),
  ]
  return [
    ...folders.map((prefix): Change => ({ kind: 'delete_range', ...within(prefix) })),
    ...historyChanges(id),
  ]
}
