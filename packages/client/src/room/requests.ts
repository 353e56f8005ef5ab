import { emptyDraft } from '../draft/draft.ts'
import type { Room } from './atWork.ts'
import { decide } from './decide.ts'
import type { RoomParts } from './parts.ts'
import { failureOf } from './refusals.ts'
import { compose, encryptQueued, type NewMessage } from './send.ts'
import { closedFor, released } from './session.ts'
import { areOthersLeaving, isAlarmed, situationOf } from './situation.ts'
import { follows, type Intent, type RoomState } from './state.ts'
import { type Stepped, stepped, type Told } from './step.ts'

/** How long one waits for those who have asked to leave to be out: longer than a turn, and than one commit that is lost. */
const leaversWithinMs = 5000

/** What a room can be asked and told from outside. */
export const requestsOf = (parts: RoomParts): Omit<Room, 'id'> => {
  const { deps, session, outcomes, runner, reader, sender, metaKeeper, take, proceed } = parts
  return {
    state: runner.state,
    session: session.now,
    waiting: outcomes.waiting,
    missing: () => missingIn(parts),
    handedBack: () => reader.restorer.handedBack(),
    acknowledged: sender.acknowledged,
    noSpaceFor: sender.noSpaceFor,
    isAlarmed: () => isAlarmed(deps, runner.state()),
    take,
    proceed,
    push: async (messages, ack) => {
      await reader.push(messages, ack)
      proceed()
    },
    hint: (seq) => {
      reader.hint(seq)
      deps.invalidate()
      proceed()
    },
    headIs: async (ack, then) => {
      await reader.headIs(ack, then)
      deps.invalidate()
      proceed()
    },
    wake: () => {
      session.change(released)
      sender.reconnected()
      parts.hookKeeper.wake()
      metaKeeper.wake()
      proceed()
    },
    drafts: parts.draftKeeper,
    post: (message) => parts.take((room) => posted(parts, room, message)),
    postDraft: (message) =>
      parts.draftKeeper.said(() =>
        parts.take((room) => posted(parts, { ...room, draft: emptyDraft }, message)),
      ),
    intend: async (intent) => {
      await Promise.all(intendAll(parts, [intent]))
    },
    intendAll: (wanted) => intendAll(parts, wanted),
    outcome: outcomes.following,
    leaversOut: (when) => leaversOut(parts, when),
    close: async (reason) => {
      session.change((now) => closedFor(now, reason))
      await parts.draftKeeper.keep().catch(() => {})
      parts.timers.close()
      outcomes.end(reason)
      await runner.take((room) => stepped(room)).catch(() => {})
    },
  }
}

const missingIn = ({ deps, runner, reader, metaKeeper }: RoomParts): number => {
  if (!follows(runner.state())) return 0
  const metadata = deps.line.isOnline() && metaKeeper.isDue() ? 1 : 0
  return Math.max(0, reader.head() - runner.state().place.cursor) + metadata
}

const posted = async (parts: RoomParts, room: RoomState, message: NewMessage): Promise<Stepped> => {
  const composed = compose(room, message)
  const told: readonly Told[] = [{ kind: 'outbox', messages: [message.message] }]
  const ready = decide(composed, situationOf(parts)).find((action) => action.kind === 'encrypt')
  return ready
    ? { ...(await encryptQueued(parts.deps.tools, composed, ready.count)), told }
    : stepped(composed, { told })
}

const intendAll = (
  { outcomes, runner, take }: Pick<RoomParts, 'outcomes' | 'runner' | 'take'>,
  wanted: readonly Intent[],
): readonly Promise<void>[] => {
  const fulfilled = wanted.map(({ id }) => outcomes.of(`intent ${id}`))
  const isKnown = ({ id }: Intent): boolean => runner.state().intents.some((known) => known.id === id)
  const fresh = wanted.filter((intent) => !isKnown(intent))
  if (fresh.length > 0)
    take((room) => stepped({ ...room, intents: [...room.intents, ...fresh] })).catch((error: unknown) => {
      for (const { id } of fresh) outcomes.failed(`intent ${id}`, failureOf(error))
    })
  return fulfilled
}

const leaversOut = (parts: RoomParts, when: 'in_turn' | 'at_once'): Promise<void> => {
  if (!areOthersLeaving(parts)) return Promise.resolve()
  if (when === 'at_once') parts.turns.hurry()
  const out = parts.outcomes.of('others_left')
  parts.timers.after(leaversWithinMs, () => parts.outcomes.done('others_left'))
  parts.proceed()
  return out
}
