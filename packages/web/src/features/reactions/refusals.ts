import { type Client, type FailureCode, SottoError } from '@sotto/client'
import { pending } from './pending.ts'
import type { Pending } from './pending.ts'

/** What becomes of something that is on its way, followed from before it is stored. */
export interface Following {
  /** Resolves when the message with this id is not on its way any more. @throws SottoError why the server has refused it */
  of(id: string): Promise<void>
  stop(): void
}

/** A refusal may come in the moment in which the client says that the message is stored: it is listened for before that. */
export const follow = (client: Pick<Client, 'subscribe'>, one: Pending): Following => {
  const refused = new Map<string, FailureCode>()
  let look = (): void => undefined
  const stops = [
    client.subscribe((event) => {
      if (event.kind !== 'discarded' || event.code === null) return
      refused.set(event.id, event.code)
      look()
    }),
    pending.subscribe(() => look()),
  ]
  return {
    of: (id) =>
      new Promise((resolve, reject) => {
        look = () => {
          const code = refused.get(id)
          if (code !== undefined) reject(new SottoError(code))
          else if (!pending.get().includes(one)) resolve()
        }
        look()
      }),
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}
