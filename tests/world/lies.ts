import type { AnyOperation, WorldServer } from './server.ts'
import type { Liar } from './network.ts'
import type { ServerFrame } from '@sotto/protocol'

/** What a device is told instead of the truth; undefined leaves the truth as it is. */
export interface Lie {
  readonly kind: string
  answer?(op: AnyOperation, input: unknown, output: unknown): unknown
  /** `null` swallows the frame. */
  frame?(frame: ServerFrame): ServerFrame | null | undefined
}

export interface Deceived extends Liar {
  /** Lies that are told now, the newest last. */
  lies: readonly Lie[]
  show(server: WorldServer): void
}

export const makeLiar = (honest: WorldServer): Deceived => {
  let shown = honest
  const liar: Deceived = {
    lies: [],
    show: (server) => {
      shown = server
    },
    server: () => shown,
    answer: (op, input, output) =>
      liar.lies.reduce((said, lie) => lie.answer?.(op, input, said) ?? said, output),
    frame: (frame) => {
      let said: ServerFrame | undefined = frame
      for (const lie of liar.lies) {
        const told = said && lie.frame?.(said)
        if (told === null) return undefined
        said = told ?? said
      }
      return said
    },
  }
  return liar
}
