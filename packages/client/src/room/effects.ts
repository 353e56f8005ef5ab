import { limits } from '@sotto/protocol'
import { type Claimant, claimed, claimForAll } from './claim.ts'
import { stageCommit } from './commit.ts'
import { type Action, hasPlace } from './decide.ts'
import { joinInfoOfServer } from './joinInfo.ts'
import { pauseAfter } from './restoreProgress.ts'
import { failIntent } from './intents.ts'
import { stageLeave } from './leave.ts'
import type { RoomParts } from './parts.ts'
import { isChore, type Purpose } from './purpose.ts'
import { stageRejoin } from './rejoin.ts'
import { askOthers, dropRoom, isAsking } from './repair.ts'
import { encryptQueued } from './send.ts'
import { nextMs } from './situation.ts'
import { follows } from './state.ts'
import { stepped } from './step.ts'

/** Does what was decided. @throws what keeps it from being done; it is decided again then */
export const perform = (parts: RoomParts, action: Action): Promise<void> => {
  const { deps, runner, sender, take } = parts
  const { tools } = deps
  switch (action.kind) {
    case 'fetch':
      return fetch(parts)
    case 'create':
      return sender.create()
    case 'nack':
      return nack(parts)
    case 'submit':
      deps.sendWindow.sent(action.items.length, deps.scheduler.nowMs())
      sender.submit(action.items)
      return Promise.resolve()
    case 'submit_pending':
      // Entries go on being read while the answer is on its way.
      void sender.submitPending(action.pending).catch(parts.pause)
      return Promise.resolve()
    case 'encrypt':
      return take((room) => (follows(room) ? encryptQueued(tools, room, action.count) : stepped(room)))
    case 'propose_leave': {
      const timeS = Math.floor(nextMs(parts) / 1000)
      return take((room, asked) => (room.pending ? stepped(room) : stageLeave(tools, room, timeS, asked)))
    }
    case 'commit':
      return commitFor(parts, action.purpose)
    case 'claim':
      return claimAll(
        parts,
        action.intents.filter(({ kind, id }) => kind !== 'readd' || parts.turns.wish(id)),
      )
    case 'rejoin':
      return hasPlace(runner.state().place) ? rejoin(parts) : beginAnew(parts)
    case 'restore_log':
      return restoreLog(parts)
    case 'hook':
      return parts.hookKeeper.perform(action.duty)
    case 'meta':
      return fetchMeta(parts)
  }
}

const fetch = async (parts: RoomParts): Promise<void> => {
  await parts.reader.fetch()
  // The head itself may be another now, and no step has told so.
  unseen(parts)
}

const fetchMeta = async (parts: RoomParts): Promise<void> => {
  await parts.metaKeeper.fetch()
  unseen(parts)
}

/** Whoever brings this device in needs key packages; those that the server has may have ended since they were looked at. */
const nack = async ({ deps, sender }: Pick<RoomParts, 'deps' | 'sender'>): Promise<void> => {
  await deps.replenish().catch(() => {})
  await sender.nack()
}

/** Something may be different without a step: it is decided again, and looked at. */
const unseen = ({ deps, proceed }: Pick<RoomParts, 'deps' | 'proceed'>): void => {
  proceed()
  deps.invalidate()
}

const commitFor = async (parts: RoomParts, purpose: Purpose): Promise<void> => {
  const { deps, runner, turns, take } = parts
  const timeS = Math.floor(nextMs(parts) / 1000)
  if (isChore(purpose, runner.state())) {
    if (!turns.chore()) return
    parts.proceed()
  }
  // A server that has lost a revocation refuses what it asks for, and until then nobody says anything (CL-10).
  if (parts.worstDead(runner.state()) === 'revoked')
    await deps.contacts.handBack().catch((error: unknown) => {
      turns.begin()
      throw error
    })
  return take((room, asked) =>
    room.pending ? stepped(room) : stageCommit(deps.tools, room, purpose, timeS, asked),
  )
}

const claimAll = async (
  { deps, runner, take }: Pick<RoomParts, 'deps' | 'runner' | 'take'>,
  claimants: readonly Claimant[],
): Promise<void> => {
  const { line, tools, contacts } = deps
  const clockS = Math.floor(deps.timeMs() / 1000)
  const claiming = { call: line.call, provider: tools.provider, contacts, clockS }
  const { found, failed, passing } = await claimForAll(claiming, runner.state(), claimants)
  for (const { id, failure } of failed)
    await take((room) => failIntent(room, id, failure.code, failure.detail))
  if (found.size > 0) await take((room) => stepped(claimed(room, found)))
  if (passing !== undefined) throw passing
}

/** Nothing is known of the room but that it is there. */
const beginAnew = async ({ reader, take, proceed }: RoomParts): Promise<void> => {
  const isThere = await reader.begin()
  proceed()
  if (!isThere) await take((room) => stepped(dropRoom(room)))
}

/** Takes the own place anew, by what the server hands out to those who come in from outside. */
const rejoin = async (parts: RoomParts): Promise<void> => {
  const { deps, runner, reader, take } = parts
  const { tools, line } = deps
  if (runner.state().meta.bytes.length === 0) return take((room) => stepped(askOthers(tools, room)))
  const info = await joinInfoOfServer(line.call, runner.state())
  if (!info) return take((room) => stepped(askOthers(tools, room)))
  const before = runner.state()
  await take((room, asked) => stageRejoin(tools, room, info, nextMs(parts), asked))
  // The info leads further than the log was read.
  if (runner.state().pending || isAsking(runner.state())) return
  reader.hint(before.place.cursor + 1)
  parts.holdBack(limits.retryDelayMinMs * 4)
}

/** Offers the server what it has lost. */
const restoreLog = async ({ deps, reader, timers, proceed, holdBack }: RoomParts): Promise<void> => {
  const restored = await reader.restorer.restore()
  deps.invalidate()
  const pauseMs = pauseAfter(restored, timers.between)
  if (pauseMs === null) proceed()
  else holdBack(pauseMs)
}
