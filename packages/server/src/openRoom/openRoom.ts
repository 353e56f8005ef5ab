import {
  type askToJoin,
  equalBytes,
  type listPeople,
  type OutputOf,
  type readAskers,
  type readOpenRoom,
  SottoError,
  titleFor,
} from '@sotto/protocol'
import { may, roleOf, roles } from '@sotto/trust'
import { type Bus, roomTopic } from '../bus/bus.ts'
import type { ServerLimits } from '../configuration.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { mapKey } from '../delivery/digest.ts'
import { makeLanes } from '../delivery/lane.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeRate } from '../rate.ts'
import type { SteadyClock } from '../steadyClock.ts'
import { memberOf, refuseSecond } from './holding.ts'
import type { OpenRoomStore } from './store.ts'

/**
 * The open room of the server: one row with its name, and who asks to come in (rules OPEN-1 to OPEN-9). Nobody gets in by
 * anything that stands here: members' devices bring people in, by what the room's sealed metadata say.
 */
export interface OpenRooms {
  read(caller: DeviceCaller): Promise<OutputOf<typeof readOpenRoom>>
  /** Does `create` where no other room is the open one; what is created with a name is it then. */
  creating<T>(name: string | null | undefined, room: Uint8Array, create: () => Promise<T>): Promise<T>
  set(caller: DeviceCaller, room: Uint8Array, name: string | null): Promise<void>
  ask(caller: DeviceCaller, room: Uint8Array, wanted: boolean): Promise<OutputOf<typeof askToJoin>>
  askers(caller: DeviceCaller, room: Uint8Array): Promise<OutputOf<typeof readAskers>>
  people(caller: DeviceCaller): Promise<OutputOf<typeof listPeople>>
}

interface Dependencies {
  readonly store: OpenRoomStore
  readonly delivery: Pick<Delivery, 'roomOf'>
  readonly bus: Bus
  readonly clock: SteadyClock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const minuteS = 60
/** What decides which room is the open one happens one after the other. */
const oneLane = 'open room'

export const makeOpenRooms = (dependencies: Dependencies): OpenRooms => {
  const { store, delivery, bus, clock, limits, log } = dependencies
  const lanes = makeLanes()
  const askRate = makeRate(clock, {
    perSecond: limits.openRoomAsksPerMinute / minuteS,
    burst: limits.openRoomAsksPerMinute,
  })
  const askedSinceMs = (): number => clock.nowMs() - limits.openRoomAskMs

  const titleOf = (name: string): string => titleFor(name, limits.roomNameCharactersMax)

  const set = async (caller: DeviceCaller, id: Uint8Array, name: string | null): Promise<void> => {
    const { policy } = await memberOf(dependencies, caller, id)
    if (roleOf(policy, caller.account) !== roles.owner) throw new SottoError('forbidden')
    if (name === null) {
      await store.closeRoom(id)
      return
    }
    const title = titleOf(name)
    await refuseSecond(dependencies, id, caller.account)
    const known = await store.openRoom()
    const sinceMs = known && equalBytes(known.room, id) ? known.sinceMs : clock.nowMs()
    await store.putOpenRoom({ room: id, name: title, sinceMs })
    log.info('open_room_set', { room: id, account: caller.account })
  }

  return {
    read: async ({ account }) => {
      const known = await store.openRoom()
      if (!known) return { open: null, askedMs: null }
      // What is stored of the room may be damaged: then nobody can come into it.
      const room = await delivery.roomOf(known.room).catch(() => undefined)
      if (!room) return { open: null, askedMs: null }
      const askedMs = (await store.askedMs(account, askedSinceMs())) ?? null
      return { open: { ...known, members: room.policy.members.length }, askedMs }
    },

    creating: (name, room, create) => {
      if (name === null || name === undefined) return create()
      titleOf(name)
      return lanes.run(oneLane, async () => {
        await refuseSecond(dependencies, room, null)
        return create()
      })
    },

    set: (caller, room, name) => lanes.run(oneLane, () => set(caller, room, name)),

    ask: async (caller, id, wanted) => {
      const { account } = caller
      const known = await store.openRoom()
      if (!known || !equalBytes(known.room, id)) throw new SottoError('not_found')
      if (!wanted) {
        await store.withdraw(account)
        return { askedMs: null }
      }
      askRate.take(mapKey(account))
      const room = await delivery.roomOf(id)
      if ([...room.members.values()].some((member) => equalBytes(member.account, account)))
        throw new SottoError('already_member')
      const nowMs = clock.nowMs()
      const bounds = { nowMs, sinceMs: askedSinceMs(), askersMax: limits.openRoomAskersMax }
      if ((await store.ask(account, bounds)) === 'full')
        throw new SottoError('rate', 'too many ask to come in', { retryAfterMs: 60_000 })
      const { seq: head } = room.durable
      bus.publish(roomTopic(id), { kind: 'asked', room: id, head })
      return { askedMs: (await store.askedMs(account, bounds.sinceMs)) ?? nowMs }
    },

    askers: async (caller, id) => {
      const { policy } = await memberOf(dependencies, caller, id)
      if (!may(policy, caller.account, 'invite')) throw new SottoError('forbidden')
      const known = await store.openRoom()
      if (!known || !equalBytes(known.room, id)) return { askers: [] }
      return { askers: await store.askers(id, limits.openRoomAskersPerAnswerMax, askedSinceMs()) }
    },

    people: async ({ account }) => ({ people: await store.people(account, limits.peoplePerAnswerMax) }),
  }
}
