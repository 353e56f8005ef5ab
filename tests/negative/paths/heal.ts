import { operations } from '@sotto/protocol'
import type { Step } from '../forge.ts'
import type { Persona } from '../insider.ts'
import { continueLog } from '../liar.ts'
import { type Outcome, refusedBy } from '../outcome.ts'
import type { Stage } from '../stage.ts'

export interface Healing {
  readonly steps: readonly Step[]
  readonly timeMs?: number
  /** Who hands it back; whoever made it, if nobody else. */
  readonly by?: Pick<Persona, 'token'>
  /** In the place of what later joiners would be told by. */
  readonly groupInfo?: Uint8Array
}

/**
 * Heal: a member hands back, as entries that the server has lost, what the server never had. The signature over them
 * is right: whoever can make it has been the server, or has its key.
 */
export const healed = async (stage: Stage, { steps, timeMs, groupInfo, by }: Healing): Promise<Outcome> => {
  const { keys, place, line, nowMs, restore } = stage
  const { messages, ack } = await continueLog(keys, place, steps, timeMs ?? nowMs())
  const last = steps.at(-1) as Step
  const told = groupInfo ?? last.attachment?.groupInfo
  const group = told ? { groupInfo: told, meta: new Uint8Array() } : null
  const outcome = await refusedBy(() =>
    line.call(operations.healRoom, { room: place.room, messages, ack, group }, (by ?? last.by).token),
  )
  if (outcome.kind === 'accepted') await restore()
  return outcome
}
