import { type Client, type HookView, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'

/** @throws SottoError `not_found`, `bad_request` where several hooks fit */
const findHook = async (client: Client, room: RoomView, wanted: string): Promise<HookView> => {
  const hooks = await client.hooks({ room: room.id })
  const exact = hooks.filter(({ hook, name }) => hook === wanted || name === wanted)
  const found =
    exact.length > 0 ? exact : hooks.filter(({ hook }) => wanted.length >= 4 && hook.startsWith(wanted))
  const [only, second] = found
  if (second) throw new SottoError('bad_request', `several hooks are called ${wanted}; say the id`)
  if (!only) throw new SottoError('not_found', `there is no hook ${wanted} in ${roomTitle(room)}`)
  return only
}

export const hookRevokeCommand = (): Command =>
  new Command('revoke')
    .description('end a hook for good; admins and owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<hook>', 'name of the hook, or the beginning of its id')
    .action(async (wanted: string, named: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        await settledOnline(client)
        const { hook, name } = await findHook(client, room, named)
        await withProgress(() => 'Revoking the hook', client.revokeHook({ room: room.id, hook }))
        invocation.output.result(
          { room: room.id, hook, revoked: true },
          `hook ${printableLine(name ?? hook)} posts no more into ${roomTitle(room)}.`,
        )
      })
    })
