import type { HookView } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { table } from '../table.ts'
import { timestamp } from '../time.ts'
import { settled } from '../waiting.ts'

const row = ({ hook, name, generation, expiresMs, reads }: HookView): readonly string[] => [
  styled('bold', name === null ? '(keys not here yet)' : printableLine(name)),
  hook,
  generation === null ? '' : `keys ${generation}`,
  expiresMs === null ? '' : `until ${timestamp(expiresMs)}`,
  reads ? 'reads, too' : '',
]

export const hookListCommand = (): Command =>
  new Command('list')
    .description('list the scripts that can post to a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        await settled(client)
        const hooks = await client.hooks({ room: room.id })
        if (output.format === 'json')
          for (const hook of hooks) output.result({ room: room.id, ...hook }, null)
        else if (hooks.length === 0) output.remark(`No script can post to ${roomTitle(room)}.`)
        else output.result(null, table(hooks.map(row)))
      })
    })
