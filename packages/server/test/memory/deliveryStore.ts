import { treeOfParts, type TreePart } from '@sotto/mls/public'
import type {
  Append,
  DeliveryStore,
  Head,
  Moves,
  RoomChange,
  Spending,
  StoredEntry,
} from '../../src/delivery/store.ts'
import { levelAt } from '../../src/quota/budget.ts'
import { claimKey, keyOf, type MemoryData, type MemoryRoom, type MemoryWelcome } from './data.ts'

const headOf = ({ seq, hash, timeMs }: StoredEntry): Head => ({ seq, hash, timeMs })

const storedBytes = (entry: StoredEntry): number =>
  entry.entry.length + (entry.payload?.length ?? 0) + (entry.aux?.length ?? 0)

const newest = (room: MemoryRoom): StoredEntry => room.entries.at(-1) as StoredEntry

function* partsInOrder(top: TreePart): Generator<TreePart> {
  const halves = top.below?.()
  if (halves) yield* partsInOrder(halves[0])
  yield top
  if (halves) yield* partsInOrder(halves[1])
}

/** Welcomes without those of devices that are moved. */
const withdrawn = (
  welcomes: readonly MemoryWelcome[],
  devices: ReadonlySet<string>,
): readonly MemoryWelcome[] =>
  welcomes
    .map((one) => ({ ...one, devices: one.devices.filter((device) => !devices.has(device)) }))
    .filter((one) => one.devices.length > 0)

const withLeaving = (members: MemoryRoom['members'], device: Uint8Array | null): MemoryRoom['members'] => {
  const member = device && members.get(keyOf(device))
  return member ? new Map([...members, [keyOf(device), { ...member, leaving: true }]]) : members
}

const movedBy = (
  room: MemoryRoom,
  { seq, joined, left }: Moves,
): Pick<MemoryRoom, 'members' | 'welcomes'> => {
  const members = new Map(room.members)
  for (const device of left) {
    const member = members.get(keyOf(device))
    if (member) members.set(keyOf(device), { ...member, untilSeq: seq })
  }
  for (const member of joined)
    members.set(keyOf(member.device), { ...member, untilSeq: null, leaving: false })
  const moved = new Set([...left, ...joined.map(({ device }) => device)].map(keyOf))
  return { members, welcomes: withdrawn(room.welcomes, moved) }
}

const changed = (
  room: MemoryRoom | undefined,
  { room: id, entry }: Append,
  change: RoomChange,
): MemoryRoom => {
  switch (change.kind) {
    case 'created': {
      if (room) throw new Error('the room exists')
      const { epoch, policy, group, groupInfo, meta, members } = change
      return {
        id,
        epoch,
        policy,
        group,
        groupInfo,
        meta,
        members: new Map(
          members.map((member) => [keyOf(member.device), { ...member, untilSeq: null, leaving: false }]),
        ),
        entries: [],
        welcomes: [],
      }
    }
    case 'proposed':
      return {
        ...(room as MemoryRoom),
        group: change.group,
        members: withLeaving((room as MemoryRoom).members, change.leaving),
      }
    case 'committed': {
      const before = room as MemoryRoom
      const { epoch, policy, group, groupInfo, meta, welcome } = change
      const { members, welcomes: kept } = movedBy(before, { ...change, seq: entry.seq })
      return {
        ...before,
        epoch,
        policy,
        group,
        groupInfo,
        meta: meta ?? before.meta,
        members,
        welcomes: welcome
          ? [
              ...kept,
              {
                stored: {
                  room: id,
                  seq: entry.seq,
                  hash: entry.hash,
                  epoch,
                  inviter: welcome.inviter,
                  welcome: welcome.welcome,
                  treeHash: welcome.tree.hash,
                  meta: meta?.sealed ?? null,
                  timeMs: entry.timeMs,
                },
                tree: welcome.tree,
                devices: welcome.devices.map(keyOf),
              },
            ]
          : kept,
      }
    }
    case 'healed': {
      const { epoch, policy, group, groupInfo, meta, moves } = change
      let after = room as MemoryRoom
      for (const one of moves) after = { ...after, ...movedBy(after, one) }
      const known = { groupInfo: groupInfo ?? after.groupInfo, meta: meta ?? after.meta }
      return { ...after, epoch, policy, group, ...known }
    }
  }
}

interface Written {
  readonly rooms: Map<string, MemoryRoom>
  readonly messages: Map<string, StoredEntry>
  readonly counters: Map<string, number>
}

const write = (data: MemoryData, written: Written, append: Append): void => {
  const { room: id, entry, senderTag, messageId, sendCounter, change } = append
  const key = keyOf(id)
  const known = written.rooms.get(key) ?? data.rooms.get(key)
  const room = change ? changed(known, append, change) : known
  if (!room) throw new Error('there is no such room')
  if (entry.seq !== room.entries.length) throw new Error('the place is taken')
  const message = keyOf(senderTag) + keyOf(messageId)
  if (data.messages.has(message) || written.messages.has(message)) throw new Error('the message is known')
  written.rooms.set(key, { ...room, entries: [...room.entries, entry] })
  written.messages.set(message, entry)
  if (sendCounter !== null) written.counters.set(keyOf(senderTag), sendCounter)
}

const noteOpenness = (data: MemoryData, { room, change }: Append): void => {
  if (change?.kind === 'created' && change.open) {
    if (data.openRoom && keyOf(data.openRoom.room) !== keyOf(room)) data.askers.clear()
    data.openRoom = { room, ...change.open }
  }
  const isOpen = data.openRoom && keyOf(data.openRoom.room) === keyOf(room)
  if (change?.kind === 'committed' && isOpen)
    for (const { account } of change.joined) data.askers.delete(keyOf(account))
}

const waitingFor = (data: MemoryData, device: Uint8Array): readonly MemoryWelcome[] =>
  [...data.rooms.values()]
    .flatMap(({ welcomes }) => welcomes.filter(({ devices }) => devices.includes(keyOf(device))))
    .toSorted(
      (a, b) => a.stored.timeMs - b.stored.timeMs || (keyOf(a.stored.room) < keyOf(b.stored.room) ? -1 : 1),
    )

/** @param current what the store holds; asked at every use, so that it can be replaced by a backup */
export const memoryDeliveryStore = (current: () => MemoryData): DeliveryStore => {
  const find = (room: Uint8Array): MemoryRoom | undefined => current().rooms.get(keyOf(room))
  return {
    append: async (batch) => {
      const data = current()
      const written: Written = { rooms: new Map(), messages: new Map(), counters: new Map() }
      for (const append of batch) write(data, written, append)
      for (const [key, room] of written.rooms) data.rooms.set(key, room)
      for (const [key, entry] of written.messages) data.messages.set(key, entry)
      for (const [key, counter] of written.counters) data.counters.set(key, counter)
      for (const one of batch) noteOpenness(data, one)
      for (const { spends } of batch)
        for (const ref of spends?.refs ?? []) {
          const key = claimKey((spends as Spending).claimant, ref)
          const claim = data.claims.get(key)
          if (claim && claim.times > 1) data.claims.set(key, { ...claim, times: claim.times - 1 })
          else data.claims.delete(key)
        }
      for (const { budget, bytes, bytesPerDay, atMs } of batch.flatMap(({ charges }) => charges)) {
        const before = levelAt(data.budgets.get(budget) ?? { bytes: 0, atMs }, atMs, bytesPerDay)
        data.budgets.set(budget, { bytes: before.bytes + bytes, atMs })
      }
    },
    room: async (id) => {
      const room = find(id)
      return (
        room && {
          room: id,
          epoch: room.epoch,
          policy: room.policy,
          head: headOf(newest(room)),
          members: [...room.members.values()].flatMap(({ account, device, leaf, untilSeq }) =>
            untilSeq === null ? [{ account, device, leaf }] : [],
          ),
        }
      )
    },
    placesAfter: async (after, roomsMax) =>
      [...current().rooms.values()]
        .toSorted((a, b) => (keyOf(a.id) < keyOf(b.id) ? -1 : 1))
        .filter(({ id }) => after === null || keyOf(id) > keyOf(after))
        .slice(0, roomsMax)
        .map((room) => ({ room: room.id, epoch: room.epoch, head: headOf(newest(room)) })),
    group: async (id) => find(id)?.group,
    groupInfo: async (id) => find(id)?.groupInfo,
    meta: async (id) => find(id)?.meta ?? undefined,
    message: async (senderTag, messageId) => current().messages.get(keyOf(senderTag) + keyOf(messageId)),
    lastCounter: async (senderTag) => current().counters.get(keyOf(senderTag)),
    entry: async (id, seq) => find(id)?.entries[seq],
    page: async (id, { from, to, entriesMax, bytesMax }) => {
      const found: StoredEntry[] = []
      let bytes = 0
      for (const entry of find(id)?.entries.slice(from, to + 1) ?? []) {
        bytes += storedBytes(entry)
        if (found.length >= entriesMax || (found.length > 0 && bytes > bytesMax)) break
        found.push(entry)
      }
      return found
    },
    roomsOf: async (device, roomsMax) =>
      [...current().rooms.values()]
        .filter(({ members }) => members.get(keyOf(device))?.untilSeq === null)
        .slice(0, roomsMax)
        .map((room) => ({ room: room.id, epoch: room.epoch, head: headOf(newest(room)) })),
    leftAt: async (id, device) => find(id)?.members.get(keyOf(device))?.untilSeq ?? undefined,
    welcomes: async (device, bytesMax) => {
      const waiting = waitingFor(current(), device).map(({ stored }) => stored)
      let bytes = 0
      const end = waiting.findIndex(({ welcome, meta }, at) => {
        bytes += welcome.length + (meta?.length ?? 0)
        return at > 0 && bytes > bytesMax
      })
      return end === -1 ? waiting : waiting.slice(0, end)
    },
    countWelcomes: async (device, countMax) => Math.min(countMax, waitingFor(current(), device).length),
    invited: async (id, countMax) => {
      const room = find(id)
      const waiting = new Set(room?.welcomes.flatMap(({ devices }) => devices))
      const devices = [...waiting].flatMap((device) => room?.members.get(device)?.device ?? [])
      return devices.slice(0, countMax)
    },
    countWelcomesBy: async (device, inviter) =>
      waitingFor(current(), device).filter(({ stored }) => keyOf(stored.inviter) === keyOf(inviter)).length,
    shareRoom: async (invited, inviter) =>
      [...current().rooms.values()].some(({ members, welcomes }) => {
        const inside = [...members.entries()].filter(([, { untilSeq }]) => untilSeq === null)
        const waits = (device: string) => welcomes.some(({ devices }) => devices.includes(device))
        return (
          inside.some(([, { account }]) => keyOf(account) === keyOf(inviter)) &&
          inside.some(
            ([device, { account, leaving }]) =>
              keyOf(account) === keyOf(invited) && !leaving && !waits(device),
          )
        )
      }),
    countClaims: async ({ claimant, refs }) =>
      new Set(refs.map((ref) => claimKey(claimant, ref)).filter((key) => current().claims.has(key))).size,
    settleWelcome: async (id, seq, device, outcome) => {
      const room = find(id)
      if (!room) return
      const welcomes = room.welcomes
        .map((one) =>
          one.stored.seq === seq
            ? { ...one, devices: one.devices.filter((other) => other !== keyOf(device)) }
            : one,
        )
        .filter(({ devices }) => devices.length > 0)
      const members = withLeaving(room.members, outcome === 'declined' ? device : null)
      current().rooms.set(keyOf(id), { ...room, welcomes, members })
    },
    welcomeTree: async (id, treeHash, device) => {
      const welcome = find(id)?.welcomes.find(
        ({ stored, devices }) =>
          keyOf(stored.treeHash) === keyOf(treeHash) && devices.includes(keyOf(device)),
      )
      return welcome && treeOfParts(partsInOrder(welcome.tree))
    },
    hook: async (hook) => current().hooks.get(keyOf(hook)),
    putHook: async (hook) => {
      current().hooks.set(keyOf(hook.hook), hook)
    },
    handOut: async (hook, seq, jwe, { countMax, bytesMax }) => {
      const { hookOut } = current()
      const before = hookOut.get(keyOf(hook)) ?? { seq: 0, next: 1, waiting: [] }
      if (seq <= before.seq) return 'known'
      const bytes = before.waiting.reduce((sum, one) => sum + one.jwe.length, jwe.length)
      if (before.waiting.length >= countMax || bytes > bytesMax) return 'full'
      const waiting = [...before.waiting, { cursor: before.next, jwe }]
      hookOut.set(keyOf(hook), { seq, next: before.next + 1, waiting })
      return 'kept'
    },
    handedOut: async (hook, after, bytesMax) => {
      let bytes = 0
      const waiting = current().hookOut.get(keyOf(hook))?.waiting ?? []
      return waiting
        .filter(({ cursor }) => cursor > after)
        .filter(({ jwe }, at) => (bytes += jwe.length) <= bytesMax || at === 0)
    },
    settleOut: async (hook, upto) => {
      const { hookOut } = current()
      const before = hookOut.get(keyOf(hook))
      if (!before) return
      hookOut.set(keyOf(hook), { ...before, waiting: before.waiting.filter(({ cursor }) => cursor > upto) })
    },
    putForkTag: async (id, epoch, device, tag) => {
      const { forkTags } = current()
      const room = keyOf(id)
      for (const [key, one] of forkTags) if (one.room === room && one.epoch < epoch) forkTags.delete(key)
      forkTags.set(`${room}${epoch}${keyOf(device)}`, { room, epoch, device: keyOf(device), tag })
      return [...forkTags.values()]
        .filter((one) => one.room === room && one.epoch === epoch && keyOf(one.tag) !== keyOf(tag))
        .map((one) => one.tag)
        .slice(0, 2)
    },
  }
}
