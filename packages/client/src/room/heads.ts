import { type Acknowledgement, equalBytes, type FailureCode, operations, SottoError } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
import { hasPlace } from './decide.ts'
import { frozen } from './freeze.ts'
import { isSigned } from './judge.ts'
import type { Line } from './line.ts'
import { endingAt, hinted, type ReadingSession } from './reading.ts'
import type { Runner } from './runner.ts'
import { follows, type Place } from './state.ts'
import { stepped } from './step.ts'

interface Deps {
  readonly runner: Runner
  readonly line: Line
  readonly session: Cell<ReadingSession>
  /** The server has shown a head below what it had signed for before. */
  shrunkTo(head: number): void
}

export const stopRoom = (runner: Runner, code: FailureCode): Promise<void> =>
  runner.take((room) => stepped(frozen(room, code)))

/**
 * Takes a head that the server has signed: it may not lie before what the server has signed for, nor be another than what
 * was read.
 *
 * @param then the place that the room had reached before the head was asked for
 * @param known the head when it was asked for: what was heard of since is newer than the answer
 */
export const takeHead = async (
  { runner, line, session, shrunkTo }: Deps,
  ack: Acknowledgement,
  then: Place,
  known: number,
): Promise<void> => {
  if (!equalBytes(ack.room, runner.state().id) || !(await isSigned(line.witness(), ack))) return
  if (!hasPlace(then)) return
  if (ack.seq < Math.max(then.cursor, then.confirmed)) {
    if (follows(runner.state())) shrunkTo(ack.seq)
    return stopRoom(runner, 'server_rollback')
  }
  if (ack.seq === then.cursor && !equalBytes(ack.hash, then.hash)) return stopRoom(runner, 'fork')
  session.change((now) =>
    endingAt(now, Math.max(now.head === known ? 0 : now.head, ack.seq, runner.state().place.cursor)),
  )
  // Kept, so that what was signed for cannot be taken back before it is read (T-TAIL).
  if (ack.seq > runner.state().place.confirmed)
    await runner.take((room) =>
      stepped(
        follows(room) && ack.seq > room.place.confirmed
          ? { ...room, place: { ...room.place, confirmed: ack.seq } }
          : room,
      ),
    )
}

/**
 * Takes the server's signed head for the own place: for a room of which nothing is known but that it is there.
 *
 * @returns whether the server lists the room for this device
 */
export const beginAtHead = async ({
  runner,
  line,
  session,
}: Pick<Deps, 'runner' | 'line' | 'session'>): Promise<boolean> => {
  const { id } = runner.state()
  const { rooms } = await line.call(operations.listRooms, {})
  const found = rooms.find((listed) => equalBytes(listed.room, id))
  if (!found) return false
  const { seq, hash, timeMs } = found.head
  if (!equalBytes(found.head.room, id) || !(await isSigned(line.witness(), found.head)))
    throw new SottoError('integrity', 'a head that the server has not signed')
  await runner.take((room) =>
    stepped({ ...room, place: { ...room.place, cursor: seq, hash, timeMs, confirmed: seq, from: seq } }),
  )
  session.change((now) => hinted(now, seq))
  return true
}
