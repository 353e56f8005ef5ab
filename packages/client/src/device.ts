import { SottoError, toHex } from '@sotto/protocol'
import type { AccountScope } from './commands/command.ts'
import { openStock } from './account/stock.ts'
import { type DeviceDeps, toolsOf } from './deviceDeps.ts'
import { makeAdmission } from './openRoom/admission.ts'
import { openOpenRoom } from './openRoom/openRoom.ts'
import { loadRooms } from './room/load.ts'
import { makeSendWindow } from './room/sendWindow.ts'
import type { RoomState } from './room/state.ts'
import type { Told } from './room/step.ts'
import { openEntering } from './sync/entering.ts'
import { openRooms, type Rooms } from './sync/rooms.ts'
import type { OpenRoomView } from './view.ts'

/** What an account does on this device once it has one. */
export interface Device {
  readonly rooms: Rooms
  /** What commands find here. */
  readonly scope: AccountScope
  /** Rooms that the user has accepted and that are being entered. */
  readonly entering: ReadonlySet<string>
  openRoomView(): OpenRoomView | null
  /** Fills the stock of key packages on the server. */
  replenish(): Promise<void>
  /** Asks the server for its open room, and goes on with what is half done about it. @throws what keeps it from being asked */
  lookForOpenRoom(): Promise<void>
  /** This connection has learned what there was to know: whoever waits at an open room is brought in. */
  synced(): void
  /** A hint that a room's log goes this far. */
  behind(room: string, head: number): void
  /** Ends all that goes on by itself. */
  rest(reason: SottoError): Promise<void>
}

export const openDevice = async (deps: DeviceDeps): Promise<Device> => {
  const { store, provider, scheduler, contacts, blocks, pool, line, call, invalidate } = deps
  const { account } = deps.profile
  const tools = toolsOf(deps)
  const stock = openStock(deps)

  /** Whoever waits for a room to appear. */
  let stepTaken: (room: RoomState) => void = () => {}
  const roomDeps = {
    store,
    contacts,
    scheduler,
    tools,
    line,
    sendWindow: makeSendWindow(),
    replenish: stock.replenish,
    timeMs: deps.timeMs,
    changed: (room: RoomState, told: readonly Told[]) => {
      deps.changed(room, told)
      stepTaken(room)
    },
    invalidate,
    halt: deps.halt,
  }
  const isBlocked = blocks.has
  const roomsDeps = { store, line, tools, contacts, pool, isBlocked, roomDeps, renewKeyPackages: stock.renew }
  const rooms = openRooms(roomsDeps, await loadRooms(store))
  const entering = openEntering({ rooms, replenish: stock.replenish, invalidate })

  const newId = (): Uint8Array => provider.random(16)

  /** Waits for a line that is on its way. @throws SottoError `offline` where there is none */
  const connected = async (): Promise<void> => {
    await deps.lineSettled()
    if (!line.isOnline()) throw new SottoError('offline')
  }

  const openRoom = await openOpenRoom({
    store,
    rooms,
    account,
    call,
    isOnline: line.isOnline,
    nowMs: deps.timeMs,
    newId: () => toHex(newId()),
    enter: (room, name) => entering.enter(room, { kind: 'active' }, name),
    invalidate,
  })
  stepTaken = openRoom.changed
  const admission = makeAdmission({ ...deps, rooms: rooms.all, account, isBlocked })

  await entering.endContinued()

  return {
    rooms,
    entering: entering.rooms,
    replenish: stock.replenish,
    scope: {
      store,
      provider,
      scheduler,
      tools,
      rooms,
      contacts,
      blocks,
      verified: deps.verified,
      openRoom,
      line,
      call,
      senderOf: deps.senderOf,
      timeMs: deps.timeMs,
      newId,
      leafOwner: stock.leafOwner,
      connected,
      enter: entering.enter,
      endContinued: entering.endContinued,
    },

    openRoomView: openRoom.view,
    lookForOpenRoom: openRoom.look,
    synced: admission.look,
    behind: (id, head) => {
      const room = rooms.find(id)
      if (!room) return
      room.hint(head)
      // Nothing is missing: somebody asks to come in (rule OPEN-5).
      if (head <= room.state().place.cursor) admission.heard(room)
    },
    rest: async (reason) => {
      admission.rest()
      await rooms.close(reason)
    },
  }
}
