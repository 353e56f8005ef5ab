import { equalBytes, operations, SottoError, toHex, type WaitingWelcome } from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import { type Cell } from '../cell.ts'
import type { Room } from '../room/atWork.ts'
import type { Joining } from '../room/enter.ts'
import { invitedTo, uninvited } from '../room/invitation.ts'
import { isEnded, type RoomState } from '../room/state.ts'
import { stepped } from '../room/step.ts'
import { bringBack, bringIn, type BringingIn, comeWithoutKeys, isKeyless } from './bringIn.ts'
import { openWelcomeList } from './welcomeList.ts'
import { awaitedNoMore, awaiting, type WelcomeSession } from './welcomeSession.ts'

/** Invitations as they appear, are accepted and are settled. */
export interface Welcomes {
  /** Asks which Welcomes wait: invitations appear, those of rooms that were joined are settled. */
  read(): Promise<void>
  /** Enters a room by the Welcome that waits for it. @throws SottoError `not_found`, as `joinRoom` */
  enter(room: Room, phase: Joining['phase'], openName?: string): Promise<void>
  /** A step was taken in a room: a Welcome may have waited for it. */
  changed(room: RoomState): void
}

export interface WelcomesDeps extends Omit<BringingIn, 'list' | 'awaits'> {
  readonly contacts: Contacts
  readonly session: Cell<WelcomeSession>
  /** Whether the user does not want what this account sends. */
  isBlocked(account: Uint8Array): boolean
  /** The room, which may be new to this device. */
  roomOf(id: Uint8Array): Room
}

export const openWelcomes = (deps: WelcomesDeps): Welcomes => {
  const { line, contacts, session, pool } = deps

  const read = async (): Promise<void> => {
    for (const waiting of await list.read()) {
      if (waiting.inviter) await contacts.ensure([{ account: waiting.inviter, seq: 0 }])
      await note(waiting)
    }
  }
  const list = openWelcomeList({ line, session, readOn: read })
  const awaits = (room: string, waiting: WaitingWelcome): void =>
    session.change((now) => awaiting(now, room, waiting))
  const bringing: BringingIn = { ...deps, list, awaits }

  /** An invitation that is neither opened nor left: the room is what it was before. */
  const dismiss = async (room: Room, waiting: WaitingWelcome): Promise<void> => {
    await list.settle(waiting, 'declined')
    await room.take((state) => stepped(uninvited(state)))
  }

  const note = async (waiting: WaitingWelcome): Promise<void> => {
    const room = deps.roomOf(waiting.room)
    const isUnwanted = waiting.inviter !== null && deps.isBlocked(waiting.inviter)
    switch (meaningOf(waiting, room.state(), isUnwanted)) {
      case 'joined':
        return list.settle(waiting, 'joined')
      case 'later':
        return awaits(room.id, waiting)
      case 'brings_back':
        return bringBack(bringing, room, waiting)
      case 'unwanted':
        return dismiss(room, waiting)
      case 'known':
        return
      case 'invites':
        await pool.reserve(waiting.welcome)
        await room.take((state) => stepped(invitedTo(state, waiting)))
    }
  }

  /**
   * An invitation that waits no more was accepted before, and this device has lost that since, or the server has lost the
   * Welcome: the account is a member all the same.
   */
  const hasLeafIn = async (room: Room): Promise<boolean> => {
    const listed = await line.call(operations.listRooms, {})
    return listed.rooms.some(({ room: id }) => equalBytes(id, room.state().id))
  }

  const enterWithout = async (room: Room, phase: Joining['phase']): Promise<void> => {
    if (list.isCut()) throw new SottoError('unavailable', 'other invitations come first')
    const { phase: before } = room.state()
    if (before.kind === 'invited' && before.entry && phase.kind === 'active' && (await hasLeafIn(room)))
      return comeWithoutKeys(room, before.entry)
    await room.take((state) => stepped(uninvited(state)))
    throw new SottoError('not_found', 'the invitation is no longer there')
  }

  return {
    read,
    enter: async (room, phase, openName) => {
      const welcomes = await list.read()
      const waiting = welcomes.findLast((welcome) => equalBytes(welcome.room, room.state().id))
      if (!waiting) return enterWithout(room, phase)
      try {
        await bringIn(bringing, room, waiting, phase, openName)
      } catch (error) {
        if (!isKeyless(error)) throw error
        // What cannot be opened need not be left.
        if (phase.kind === 'parting') return dismiss(room, waiting)
        // The account is a member all the same, and its leaf is there: other keys for it can be asked for.
        await deps.renewKeyPackages()
        await comeWithoutKeys(room, { seq: waiting.seq, hash: waiting.entryHash })
      }
    },
    changed: ({ id, phase, place }) => {
      const waiting = session.now().awaited.get(toHex(id))
      if (!waiting || (!isEnded(phase) && place.cursor < waiting.seq)) return
      session.change((now) => awaitedNoMore(now, toHex(id)))
      // What fails now is tried again with the next connection.
      note(waiting).catch(() => {})
    },
  }
}

type Meaning = 'joined' | 'later' | 'brings_back' | 'unwanted' | 'known' | 'invites'

/** What a Welcome that waits says about a room as it is. */
const meaningOf = (
  { epoch, timeMs }: WaitingWelcome,
  { phase, place }: RoomState,
  isUnwanted: boolean,
): Meaning => {
  switch (phase.kind) {
    case 'active':
    case 'leaving':
    case 'parting':
    case 'creating':
    case 'frozen':
      // Joined, and the answer to settling was lost; or it was taken out and is invited again, and has yet to read that.
      return epoch <= place.epoch ? 'joined' : 'later'
    case 'repairing':
      return epoch > place.epoch ? 'brings_back' : 'known'
    case 'invited':
      if (isUnwanted) return 'unwanted'
      return phase.timeMs === timeMs && phase.entry ? 'known' : 'invites'
    case 'removed':
    case 'left':
    case 'refounded':
    case 'absent':
      // What led into epochs that this device has left again is no invitation.
      if (place.epoch > 0 && epoch <= place.epoch) return 'known'
      return isUnwanted ? 'unwanted' : 'invites'
  }
}
