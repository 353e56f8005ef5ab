import { encodeCommitAttachment, limits } from '@sotto/protocol'
import { policyOf } from '@sotto/trust'
import type { Allowed, Asked } from './attempt.ts'
import { outdated, unclaimed } from './claim.ts'
import { type Draft, draftOf, type Made, tryEach, type Wanted } from './commitDraft.ts'
import { eventsOf } from './events.ts'
import { failIntent, settledBefore, settleIntent } from './intents.ts'
import { firstHalf, intentsOf, type Purpose } from './purpose.ts'
import { counted, epochOf } from './send.ts'
import type { Pending, RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** Stores a commit as pending, or tells that its intent can not be fulfilled. */
export const stageCommit = async (
  tools: Tools,
  room: RoomState,
  purpose: Purpose,
  timeS: number,
  asked: Asked,
): Promise<Step> => {
  const { group } = room
  const policy = group && policyOf(group.public.context)
  if (!group || policy?.kind !== 'ok') return stepped(room)
  const intents = intentsOf(purpose)
  for (const intent of intents) {
    const settled = settledBefore(room, group.public, policy.value, intent)
    if (settled) return settleIntent(room, intent, settled)
  }
  const stale = outdated(intents, (account) => tools.find(account)?.state)
  if (stale.length > 0) return stepped(unclaimed(room, stale))

  const wanted: Wanted = { tools, room, purpose, timeS, asked }
  const draft = await draftOf(wanted, group, policy.value)
  const tried = await tryEach(wanted, draft)
  switch (tried.kind) {
    case 'needs':
      return tried
    case 'refused':
      // One of whom nobody may bring in must not keep the others out: each half is tried by itself.
      return fewerAtOnce(wanted) ?? refusedBy(wanted, tried.rule)
    case 'done':
      return tried.value && tried.authorization
        ? stage(wanted, draft, tried.value, tried.authorization)
        : stepped(room)
  }
}

const stage = async (
  wanted: Wanted,
  draft: Draft,
  { message, group: current, staged, attachment }: Made,
  authorization: Allowed,
): Promise<Step> => {
  const { tools, room, purpose } = wanted
  const intents = intentsOf(purpose)
  // The server would not take it: fewer at once, or nobody.
  if (message.length > limits.commitBytesMax) {
    const [intent] = intents
    return fewerAtOnce(wanted) ?? (intent ? failIntent(room, intent.id, 'too_large') : stepped(room))
  }
  const pending: Pending = {
    kind: 'commit',
    counter: room.place.sendCounter + 1,
    message,
    messageHash: tools.provider.hash('SHA-256', message),
    attachment: encodeCommitAttachment(attachment),
    epoch: epochOf(draft.group),
    intents: intents.map(({ id }) => id),
    events: eventsOf(authorization, room),
    meta: draft.meta,
    staged,
  }
  return stepped({ ...room, group: current, pending, place: counted(room.place) })
}

/** The first half of those who are invited together; undefined where there is nothing to halve. */
const fewerAtOnce = ({ tools, room, purpose, timeS, asked }: Wanted): Promise<Step> | undefined =>
  purpose.kind === 'invitations' && purpose.intents.length > 1
    ? stageCommit(tools, room, firstHalf(purpose), timeS, asked)
    : undefined

const refusedBy = ({ room, purpose }: Wanted, rule: string): Step => {
  const [intent] = intentsOf(purpose)
  return intent ? failIntent(room, intent.id, 'policy', { rule }) : stepped(room)
}
