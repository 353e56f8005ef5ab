import type { Desk, Desks, Hearer } from '../desks.ts'

/** One account for one connection: to send, and, as soon as there is a key to encrypt to, to be told. */
export interface Session {
  readonly desk: Desk
  /** Is told from now on; once is enough. @throws GatewayRefusal `NAME_IN_USE` */
  listen(hear: Hearer): Promise<void>
  leave(): Promise<void>
}

/** @throws LaneError `USERNAME_TAKEN` and so on, SottoError `name_invalid` */
export const openSession = async (desks: Desks, name: string): Promise<Session> => {
  const speaking = await desks.enter({ name, seat: 'shared' })
  let listening: { leave(): Promise<void> } | null = null
  let isOver = false
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }

  return {
    desk: speaking.desk,
    listen: (hear) =>
      inTurn(async () => {
        if (listening || isOver) return
        listening = await desks.enter({ name, seat: 'shared', hear })
      }),
    leave: () =>
      inTurn(async () => {
        isOver = true
        await listening?.leave()
        await speaking.leave()
      }),
  }
}
