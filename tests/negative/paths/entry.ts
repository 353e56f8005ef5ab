import { encodeTree, makeGroupInfo } from '@sotto/mls'
import { operations, SottoError } from '@sotto/protocol'
import { room, until } from '../../stories/talk.ts'
import { lawless } from '../forge.ts'
import type { Insider, Kept } from '../insider.ts'
import { both, continueLog, continuing, type Lie, makeLiar } from '../liar.ts'
import type { Outcome } from '../outcome.ts'
import type { Stage } from '../stage.ts'
import { type Hostile, stoppedIn } from './log.ts'

const devices = new WeakMap<Stage, Promise<Kept>>()

/** Victor's device when it knows that it has lost its place, has read the log to its end, and has found no door yet. */
export const lostDevice = (stage: Stage): Promise<Kept> => {
  const known = devices.get(stage) ?? lose(stage)
  devices.set(stage, known)
  return known
}

const lose = async (stage: Stage): Promise<Kept> => {
  const door = Promise.withResolvers<void>()
  const liar = makeLiar({
    answer: (name) => {
      if (name !== operations.readGroupInfo.name) return undefined
      door.resolve()
      return Promise.reject(new SottoError('offline'))
    },
  })
  const { client, now } = await stage.open(stage.victorSetBack, liar.transport)
  await until(client, () => room(client, stage.id)?.state.kind === 'repairing')
  await door.promise
  await client.close()
  return now()
}

/** What a server holds out to whoever comes in from outside. */
export interface Door {
  readonly groupInfo: Uint8Array
  readonly tree: Uint8Array
}

/** The door that somebody's state of the group leads through. */
export const doorOf = async ({ group }: Insider): Promise<Door> => ({
  groupInfo: await makeGroupInfo(lawless, group),
  tree: encodeTree(group.public.tree),
})

const holdingOut = ({ groupInfo, tree }: Door, epoch: number): Lie => ({
  answer: (name) => {
    if (name === operations.readGroupInfo.name) return Promise.resolve({ epoch, groupInfo })
    return name === operations.readTree.name ? Promise.resolve({ tree }) : undefined
  },
})

/**
 * External entry: a device that has lost its place reads on, and comes in by the door that it is shown. It is stopped,
 * or it asks the others to bring it in; handing in a commit, it would have come in by what is hostile.
 */
export const entersBy = async (stage: Stage, door: Door, said: Lie = {}, kept?: Kept): Promise<Outcome> => {
  const liar = makeLiar(both(said, holdingOut(door, Number(stage.members.olga.group.public.context.epoch))))
  const { client } = await stage.open(kept ?? (await lostDevice(stage)), liar.transport)
  const outcome = await Promise.race([
    until(client, () => room(client, stage.id)?.state.kind === 'frozen' && stoppedIn(room(client, stage.id))),
    liar.hears(operations.submitMessage.name).then((): Outcome => ({ kind: 'accepted' })),
    liar.hears(operations.submitNack.name).then((): Outcome => ({ kind: 'asked' })),
    // What leads further than the log does is asked for again, and again it leads nowhere.
    liar.hears(operations.readGroupInfo.name, 3).then((): Outcome => ({ kind: 'ignored' })),
  ])
  await client.close()
  return outcome
}

/** The log goes on with what is hostile, and the door leads to where that goes. */
export const entersAfter = async (stage: Stage, { steps, timeMs, lie }: Hostile): Promise<Outcome> => {
  const log = await continueLog(stage.keys, stage.place, steps, timeMs ?? stage.nowMs())
  const aim = steps.at(-1)?.after ?? stage.members.olga
  return entersBy(stage, await doorOf(aim), both(continuing(log), lie))
}
