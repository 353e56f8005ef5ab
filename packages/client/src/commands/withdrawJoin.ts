import { ofSession } from './command.ts'
import { nothing } from './input.ts'

/** Waits no more to be brought into the open room. */
export type WithdrawJoin = (input: object) => Promise<void>

export const withdrawJoin = ofSession<WithdrawJoin>({
  input: nothing,
  run: ({ openRoom }) => openRoom.withdraw(),
})
