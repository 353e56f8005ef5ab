import { forward } from '../hook/forward.ts'
import { ofSession } from './command.ts'
import { fields, string } from './input.ts'

/**
 * Hands the script behind a hook what people have said in the room since the last call; the first call begins with
 * what comes next. Resolves with the number of messages. For devices that may set hooks up: `forbidden` elsewhere.
 */
export type ForwardHook = (input: {
  readonly room: string
  readonly hook: string
}) => Promise<{ readonly count: number }>

export const forwardHook = ofSession<ForwardHook>({
  input: fields({ room: string, hook: string }),
  run: async (scope, { room, hook }) => ({ count: await forward(scope, scope.rooms.get(room), hook) }),
})
