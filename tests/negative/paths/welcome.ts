import { encodeTree } from '@sotto/mls'
import { operations, type WaitingWelcome } from '@sotto/protocol'
import { invitation, online, room } from '../../stories/talk.ts'
import type { Step } from '../forge.ts'
import { epochOf } from '../forge.ts'
import { continueLog, type FalseLog, makeLiar } from '../liar.ts'
import { type Outcome, refusedBy } from '../outcome.ts'
import type { Stage } from '../stage.ts'

/** What a server hands to a device that somebody has added: it may be all made up. */
export interface Invitation {
  readonly waiting: WaitingWelcome
  readonly tree: Uint8Array
  /** What the log is said to hold, up to the commit that brings the device in. */
  readonly log: FalseLog
}

/** The Welcome of a commit, as the server hands it out once the commit stands in the log. */
export const invitationOf = async (stage: Stage, steps: readonly Step[]): Promise<Invitation> => {
  const { keys, place } = stage
  const log = await continueLog(keys, place, steps, stage.nowMs())
  const last = steps.at(-1) as Step
  const { welcome, meta } = last.attachment ?? {}
  if (!welcome) throw new Error('a commit that adds somebody has a Welcome')
  const { context, tree } = last.after.group.public
  const { ack } = log
  return {
    waiting: {
      room: place.room,
      seq: ack.seq,
      entryHash: ack.hash,
      epoch: epochOf(last.after),
      inviter: last.by.account,
      welcome,
      treeHash: context.treeHash,
      meta: meta ?? null,
      timeMs: ack.timeMs,
    },
    tree: encodeTree(tree),
    log,
  }
}

/** Welcome and tree: somebody who is not in the room accepts. */
export const welcomed = async (stage: Stage, invited: Invitation): Promise<Outcome> => {
  const liar = makeLiar({
    answer: (name) => {
      if (name === operations.listWelcomes.name) return Promise.resolve({ welcomes: [invited.waiting] })
      if (name === operations.readTree.name) return Promise.resolve({ tree: invited.tree })
      if (name === operations.readLog.name)
        return Promise.resolve({
          messages: invited.log.messages.slice(-1),
          ack: invited.log.ack,
          head: invited.log.ack,
        })
      return undefined
    },
    frame: (frame) => (frame.kind === 'ready' ? { ...frame, welcomes: 1 } : frame),
  })
  const { client } = await stage.open(stage.nora, liar.transport)
  await online(client)
  await invitation(client, stage.id)
  const outcome = await refusedBy(() => client.accept({ room: stage.id }))
  const state = room(client, stage.id)?.state.kind
  await client.close()
  return outcome.kind === 'refused' && state !== 'invited' ? { kind: 'accepted' } : outcome
}
