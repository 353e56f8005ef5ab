import { boolean } from '@sotto/protocol'
import { makeMeta, roomTitle } from '../content/meta.ts'
import { firstPolicy } from '../room/newRoom.ts'
import { announce, found, founderBundle } from '../room/founding.ts'
import { ofSession } from './command.ts'
import { fields, shaped, string } from './input.ts'

/**
 * A line that is on its way is waited for; `offline` where there is none. With `isOpen` it becomes the open room of the
 * server: whoever has an account may come in, and the server knows its name; `open_room_taken` {name} where there is
 * one already, and then no room is made.
 */
export type CreateRoom = (input: {
  readonly name: string
  readonly isOpen?: boolean | undefined
}) => Promise<{ readonly room: string }>

export const createRoom = ofSession<CreateRoom>({
  input: fields({ name: string }, { isOpen: shaped(boolean) }),
  run: async (scope, { name, isOpen = false }) => {
    const { provider, tools, openRoom } = scope
    const title = roomTitle(name)
    await scope.connected()
    if (isOpen) await openRoom.refuseSecond()
    const id = provider.random(16)
    const meta = makeMeta(title, provider.random(16), isOpen)
    const policy = firstPolicy(tools, id, meta)
    const bundle = await founderBundle(scope)
    const made = await found(scope, { id, meta, policy, bundle, nowMs: scope.timeMs(), intents: [] })
    if (isOpen) announce(scope)
    return made
  },
})
