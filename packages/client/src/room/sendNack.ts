import { operations } from '@sotto/protocol'
import { signLabelled } from '@sotto/trust'
import { isTransient } from '../transient.ts'
import { moved } from './move.ts'
import { failureOf, retryDelayMs } from './refusals.ts'
import { dropRoom } from './repair.ts'
import type { SendContext } from './sendContext.ts'
import { stepped } from './step.ts'

type Nacking = Pick<SendContext, 'tools' | 'line' | 'runner' | 'reader' | 'holdBack'>

/** Tells the members what this device says against an entry, or that it wants to be brought in. */
export const sendNack = async (sending: Nacking): Promise<void> => {
  const { tools, line, runner } = sending
  const { id, phase } = runner.state()
  if ((phase.kind !== 'frozen' && phase.kind !== 'repairing') || !phase.nack) return
  const { seq, rule, message } = phase.nack
  try {
    const signature = await signLabelled(tools.signer, 'nack', [id, seq, rule, message])
    await line.call(operations.submitNack, { room: id, seq, rule, messageId: message, signature })
  } catch (error) {
    const failure = failureOf(error)
    if (isTransient(failure)) return sending.holdBack(retryDelayMs(failure))
    if (failure.code === 'not_member') await isNoMember(sending)
  }
  await runner.take((room) => stepped(moved(room, { kind: 'nack_sent' })))
}

/** The server says that this device is not one of the room's: if there is more of the log, it says since when. */
const isNoMember = async ({ runner, reader }: Nacking): Promise<void> => {
  const { cursor } = runner.state().place
  await reader.fetch()
  if (runner.state().place.cursor === cursor) await runner.take((room) => stepped(dropRoom(room)))
}
