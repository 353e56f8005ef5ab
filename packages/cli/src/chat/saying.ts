import { type deliveriesOf, SottoError } from '@sotto/client'
import { whyOf } from './why.ts'
import { printableLine } from '../printable.ts'

/** What is said in a room, until it has arrived at the server. */
export interface Saying {
  /** Resolves when the text is stored; what becomes of it is told. */
  say(text: string): Promise<void>
  underWay(): number
  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void>
  end(): void
}

interface Listener {
  remark(text: string): void
  /** More is on its way, or less. */
  onChange(): void
}

export const makeSaying = (
  deliveries: Awaited<ReturnType<typeof deliveriesOf>>,
  { remark, onChange }: Listener,
): Saying => {
  const underWay = new Set<Promise<unknown>>()
  return {
    say: async (text) => {
      const { stored, delivered } = deliveries.send(text)
      const told = delivered.catch((error: unknown) => {
        // Stored, and sent by the next run.
        if (error instanceof SottoError && error.code === 'closed') return
        remark(`Not sent: ${printableLine(text)}\n  ${whyOf(error)}.`)
      })
      underWay.add(told)
      onChange()
      void told.then(() => {
        underWay.delete(told)
        onChange()
      })
      await stored.catch(() => {})
    },
    underWay: () => underWay.size,
    drained: async () => void (await Promise.all(underWay)),
    end: () => deliveries.end(new SottoError('closed')),
  }
}
