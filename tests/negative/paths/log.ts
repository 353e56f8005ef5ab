import type { Client, RoomView } from '@sotto/client'
import { entryKinds, equalBytes } from '@sotto/protocol'
import { online, room, texts, timeline, until, untilTimeline } from '../../stories/talk.ts'
import { payloadOf, sayBy, type Step } from '../forge.ts'
import { storedGroup } from '../insider.ts'
import { both, continueLog, continuing, type FalseLog, type Liar, type Lie, makeLiar } from '../liar.ts'
import type { Outcome } from '../outcome.ts'
import { spoken, type Stage } from '../stage.ts'

/** Said behind hostile messages by a member who keeps to the rules: whoever reads this goes on as before. */
export const sentinel = 'still here'
/** Said behind a hostile commit, in the epoch that it leads to: whoever reads this has followed. */
const bait = 'this way'

type Stopped = Extract<Outcome, { kind: 'stopped' }>

/** Whether a device reads no further in the room as the log is told. */
export const stoppedIn = (view: RoomView | undefined): Stopped | false => {
  const state = view?.state
  return state?.kind === 'frozen' || state?.kind === 'repairing'
    ? { kind: 'stopped', code: state.code, rule: state.rule }
    : false
}

const shows = (client: Client, id: string, text: string): Promise<unknown> =>
  untilTimeline(client, id, (items) => items.some((item) => item.kind === 'message' && item.text === text))

/** A commit stops the device, or leads it on. */
const whatCommitsDo = (client: Client, { id }: Stage): Promise<Outcome> =>
  Promise.race([
    until(client, () => stoppedIn(room(client, id))),
    shows(client, id, bait).then((): Outcome => ({ kind: 'accepted' })),
  ])

/** What became of entries that no commit follows: shown, told as unreadable, or passed over. */
export const whatMessagesDo = async (client: Client, { id }: Stage): Promise<Outcome> => {
  const stopped = until(client, () => stoppedIn(room(client, id)))
  const first = await Promise.race([stopped, shows(client, id, sentinel).then(() => null)])
  if (first) return first
  const said = await texts(client, id)
  if (said.join('|') !== [...spoken, sentinel].join('|')) return { kind: 'accepted' }
  const items = await timeline(client, id)
  return items.some(({ kind }) => kind === 'unreadable') ? { kind: 'unreadable' } : { kind: 'ignored' }
}

export interface Hostile {
  readonly steps: readonly Step[]
  /** When the server says that they came; now, if it does not say. */
  readonly timeMs?: number
  /** What else the server says that is not so. */
  readonly lie?: Lie
}

/** Whether the last of the messages, if it were taken, would lead to another epoch. */
const leadsOn = ({ steps }: Hostile): boolean => steps.at(-1)?.kind === entryKinds.commit

const logOf = async (stage: Stage, hostile: Hostile): Promise<FalseLog> => {
  const { steps, timeMs = stage.nowMs() } = hostile
  const isCommit = leadsOn(hostile)
  const { place, keys, members } = stage
  const then = isCommit ? steps.at(-1)?.after : members.olga
  const last = then ? [await sayBy(then, place, payloadOf(isCommit ? bait : sentinel))] : []
  return continueLog(keys, place, [...steps, ...last], timeMs)
}

const outcomeOf = async (
  stage: Stage,
  hostile: Hostile,
  liar: Liar,
  then: (client: Client) => void,
): Promise<Outcome> => {
  const { steps } = hostile
  const isCommit = leadsOn(hostile)
  const { client, now } = await stage.open(stage.victor, liar.transport)
  await online(client)
  then(client)
  const outcome = await (isCommit ? whatCommitsDo : whatMessagesDo)(client, stage)
  await client.close()
  const group = await storedGroup(now(), stage.id)
  const transcriptOf = (of: typeof group) => of?.public.context.confirmedTranscriptHash ?? new Uint8Array()
  const [reached, aim, before] = [group, steps.at(-1)?.after.group, stage.members.olga.group].map(
    transcriptOf,
  ) as [Uint8Array, Uint8Array, Uint8Array]
  return isCommit && equalBytes(reached, aim) && !equalBytes(aim, before) ? { kind: 'accepted' } : outcome
}

/** Live: the server pushes it to a device that is there. */
export const pushed = async (stage: Stage, hostile: Hostile): Promise<Outcome> => {
  const { messages, ack } = await logOf(stage, hostile)
  const liar = makeLiar(hostile.lie ?? {})
  return outcomeOf(stage, hostile, liar, () =>
    liar.push({ kind: 'entries', room: stage.place.room, messages, ack }),
  )
}

/** Catch-up: a device that comes back reads it in a page of the log. */
export const caughtUp = async (stage: Stage, hostile: Hostile): Promise<Outcome> =>
  outcomeOf(stage, hostile, makeLiar(both(continuing(await logOf(stage, hostile)), hostile.lie)), () => {})
