import type { Provider } from '@sotto/mls'
import { SottoError, toHex } from '@sotto/protocol'
import type { DeviceSigner } from '@sotto/trust'
import type { Blocks } from './account/blocks.ts'
import type { Call, Contacts } from './account/contacts.ts'
import type { AccountScope } from './commands/command.ts'
import { type KeyPackagePool, type LeafOwner, type PoolTime } from './account/keyPackages.ts'
import type { Ready } from './account/profile.ts'
import { makeAdmission } from './openRoom/admission.ts'
import { openOpenRoom } from './openRoom/openRoom.ts'
import type { Jose } from './ports/jose.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { Store } from './ports/store.ts'
import type { Joining } from './room/enter.ts'
import { loadRooms } from './room/load.ts'
import type { Line } from './room/line.ts'
import { makePace } from './room/pace.ts'
import { endContinued } from './room/refound.ts'
import type { RoomState } from './room/state.ts'
import type { Told } from './room/step.ts'
import type { Tools } from './room/tools.ts'
import { openRooms, type Rooms } from './sync/rooms.ts'
import type { SenderOf } from './timeline/view.ts'
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
  greeted(): void
  /** A hint that a room's log goes this far. */
  behind(room: string, head: number): void
  /** Ends all that goes on by itself. */
  rest(reason: SottoError): Promise<void>
}

export interface DeviceDeps {
  readonly store: Store
  readonly provider: Provider
  readonly jose: Jose
  readonly scheduler: Scheduler
  readonly signer: DeviceSigner
  readonly profile: Ready
  readonly contacts: Contacts
  readonly blocks: Blocks
  readonly pool: KeyPackagePool
  readonly line: Line
  readonly call: Call
  readonly senderOf: SenderOf
  timeMs(): number
  /** Asks the server what it is and what time it has. */
  meet(): Promise<void>
  /** Resolves when no line is on its way any more. */
  lineSettled(): Promise<void>
  changed(room: RoomState, told: readonly Told[]): void
  /** Something about rooms that is not in their state. */
  stirred(): void
  halt(error: unknown): void
}

export const openDevice = async (deps: DeviceDeps): Promise<Device> => {
  const { store, provider, scheduler, signer, profile, contacts, blocks, pool, line, call } = deps
  const { account, device } = profile
  const tools: Tools = {
    provider,
    jose: deps.jose,
    account,
    device,
    signer,
    sealingKey: profile.sealingKey,
    find: contacts.find,
  }
  const nowS = (): number => Math.floor(deps.timeMs() / 1000)
  const poolTime = (): PoolTime => ({ nowS: nowS(), localS: Math.floor(scheduler.nowMs() / 1000) })

  const leafOwner = async (): Promise<LeafOwner> => {
    await contacts.ensure([{ account, seq: 0 }])
    const own = contacts.find(account)
    if (!own) throw new SottoError('storage_damaged', 'the own chain is missing')
    return { provider, signer, device, account: own.state }
  }

  const restock = async (afresh: boolean): Promise<void> => {
    try {
      await pool.replenish(await leafOwner(), poolTime(), afresh)
    } catch (error) {
      if (!(error instanceof SottoError && error.code === 'policy')) throw error
      // What was made may be dated by a clock that the server has set right since.
      await deps.meet()
      await pool.replenish(await leafOwner(), poolTime(), afresh)
    }
  }

  let replenishing: Promise<void> | null = null
  const replenish = (): Promise<void> =>
    (replenishing ??= restock(false).finally(() => (replenishing = null)))

  /** Whoever waits for a room to appear. */
  let stepTaken: (room: RoomState) => void = () => {}
  const roomDeps = {
    store,
    contacts,
    scheduler,
    tools,
    line,
    pace: makePace(),
    replenish,
    timeMs: deps.timeMs,
    changed: (room: RoomState, told: readonly Told[]) => {
      deps.changed(room, told)
      stepTaken(room)
    },
    stirred: deps.stirred,
    halt: deps.halt,
  }
  const renewKeyPackages = (): Promise<void> => restock(true)
  const isBlocked = blocks.has
  const roomsDeps = { store, line, tools, contacts, pool, isBlocked, renewKeyPackages, roomDeps }
  const rooms = openRooms(roomsDeps, await loadRooms(store))
  const entering = new Set<string>()

  const newId = (): Uint8Array => provider.random(16)

  /** Waits for a line that is on its way. @throws SottoError `offline` where there is none */
  const connected = async (): Promise<void> => {
    await deps.lineSettled()
    if (!line.isOnline()) throw new SottoError('offline')
  }

  const enter = async (room: string, phase: Joining['phase'], openName?: string): Promise<void> => {
    if (entering.has(room)) throw new SottoError('rate', 'the room is being entered')
    entering.add(room)
    deps.stirred()
    try {
      await rooms.enter(room, phase, openName)
    } finally {
      entering.delete(room)
      deps.stirred()
    }
    replenish().catch(() => {})
    await endOthers()
  }

  const openRoom = await openOpenRoom({
    store,
    rooms,
    account,
    call,
    isOnline: line.isOnline,
    nowMs: deps.timeMs,
    newId: () => toHex(newId()),
    enter: (room, name) => enter(room, { kind: 'active' }, name),
    stirred: deps.stirred,
  })
  stepTaken = openRoom.changed
  const admission = makeAdmission({ ...deps, rooms: rooms.all, account, isBlocked })

  const endOthers = (): Promise<void> => endContinued([...rooms.all()], rooms.find)
  await endOthers()

  return {
    rooms,
    entering,
    replenish,
    scope: {
      store,
      provider,
      scheduler,
      tools,
      rooms,
      contacts,
      blocks,
      openRoom,
      line,
      call,
      senderOf: deps.senderOf,
      timeMs: deps.timeMs,
      newId,
      leafOwner,
      connected,
      enter,
      endContinued: endOthers,
    },

    openRoomView: openRoom.view,
    lookForOpenRoom: openRoom.look,
    greeted: admission.look,
    behind: (id, head) => {
      const room = rooms.find(id)
      if (!room) return
      room.hint(head)
      // Nothing is missing: somebody asks to come in (rule OPEN-5).
      if (head <= room.state().place.cursor) admission.heard(room)
    },
    rest: async (reason) => {
      admission.rest()
      await rooms.rest(reason)
    },
  }
}
