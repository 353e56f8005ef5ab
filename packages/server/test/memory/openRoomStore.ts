import type { OpenRoomStore } from '../../src/openRoom/store.ts'
import { keyOf, type MemoryData } from './data.ts'

const isIn = (data: MemoryData, room: Uint8Array, account: Uint8Array): boolean =>
  [...(data.rooms.get(keyOf(room))?.members.values() ?? [])].some(
    (member) => member.untilSeq === null && keyOf(member.account) === keyOf(account),
  )

export const memoryOpenRoomStore = (current: () => MemoryData): OpenRoomStore => ({
  openRoom: async () => current().openRoom,
  putOpenRoom: async (open) => {
    const data = current()
    if (data.openRoom && keyOf(data.openRoom.room) !== keyOf(open.room)) data.askers.clear()
    data.openRoom = open
  },
  closeRoom: async (room) => {
    const data = current()
    if (!data.openRoom || keyOf(data.openRoom.room) !== keyOf(room)) return
    data.openRoom = undefined
    data.askers.clear()
  },
  askedMs: async (account, sinceMs) => {
    const asker = current().askers.get(keyOf(account))
    return asker && asker.askedMs >= sinceMs ? asker.askedMs : undefined
  },
  ask: async (account, { nowMs, sinceMs, askersMax }) => {
    const { askers } = current()
    for (const [key, { askedMs }] of askers) if (askedMs < sinceMs) askers.delete(key)
    if (askers.has(keyOf(account))) return 'kept'
    if (askers.size >= askersMax) return 'full'
    askers.set(keyOf(account), { account, askedMs: nowMs })
    return 'kept'
  },
  withdraw: async (account) => {
    current().askers.delete(keyOf(account))
  },
  askers: async (room, countMax, sinceMs) => {
    const data = current()
    const all = [...data.askers.values()]
      .filter(({ account, askedMs }) => askedMs >= sinceMs && !isIn(data, room, account))
      .toSorted((a, b) => a.askedMs - b.askedMs || (keyOf(a.account) < keyOf(b.account) ? -1 : 1))
    if (all.length <= countMax) return all
    const half = Math.ceil(countMax / 2)
    return [...all.slice(0, half), ...all.slice(half - countMax).toReversed()]
  },
  memberSeenMs: async (room) => {
    const data = current()
    const used = [...data.sessions.values()]
      .filter(({ account }) => isIn(data, room, account))
      .map(({ usedMs }) => usedMs)
    return used.length > 0 ? Math.max(...used) : undefined
  },
  people: async (account, countMax) => {
    const data = current()
    return [...data.accounts.values()]
      .toReversed()
      .filter((other) => keyOf(other.account) !== keyOf(account))
      .filter((other) => !data.blocks.get(keyOf(other.account))?.has(keyOf(account)))
      .slice(0, countMax)
      .map((other) => ({ account: other.account, name: other.name }))
  },
})
