import { type Client, isOver, limits, type OpenRoomView, SottoError, titleOf } from '@sotto/client'
import { Command } from 'commander'
import { typed } from '../calledAs.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import {
  isOpenRoomMeant,
  joinLine,
  neighbourLines,
  openMeaning,
  openRoomNow,
  peopleNow,
} from '../openRoom.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { matchingRooms } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'

interface Options {
  readonly open?: boolean
  readonly another?: boolean
}

/** What the room is called from now on, as `rooms` tells it; of what is no title there is no room. */
const storedName = (written: string): string => {
  const read = titleOf(written, limits.roomNameCharactersMax)
  return read.kind === 'title' ? read.title : written
}

/** The room that whoever comes first makes, and that others look for. */
const firstName = 'general'

/**
 * Whether the room is to be the open one where nothing is said: the first room of the first person, under the name that
 * everybody expects. A name of one's own is never told to the server without being asked.
 */
const isOpenByDefault = (client: Client, open: OpenRoomView | null, name: string): boolean =>
  open === null && client.state().rooms.length === 0 && name.toLowerCase() === firstName

/** @throws SottoError `open_room_taken`: somebody who means the room that there is would make a second one */
const refuseSecond = (open: OpenRoomView | null, name: string): void => {
  if (!open || open.standing === 'inside' || !isOpenRoomMeant(open, name)) return
  throw new SottoError(
    'open_room_taken',
    `it is called ${printableLine(open.name)}: ${joinLine(open)}. To make another of this name all the same: --another`,
    { name: open.name },
  )
}

export const createCommand = (): Command =>
  new Command('create')
    .description('create a room; its name is encrypted too, unless the room is open')
    .argument('<name>')
    .option(
      '--open',
      'everyone with an account on the server can join; the default for "General" if it is the first room',
    )
    .option('--no-open', 'only people who are invited can join')
    .option('--another', 'even if the server’s open room has the same name')
    .action(async (written: string, { open: isOpen, another = false }: Options, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const name = storedName(written)
        const known = await openRoomNow(client)
        if (!another) refuseSecond(known, name)
        const isToBeOpen = isOpen ?? isOpenByDefault(client, known, name)
        const isFirst = client.state().rooms.length === 0
        const namesakes = matchingRooms(client.state().rooms, name).filter((room) => !isOver(room))
        const making = client.createRoom({ name: written, isOpen: isToBeOpen })
        const { room } = await withProgress(() => 'Creating the room', making)
        const id = room.slice(0, 8)
        output.result({ room, name, open: isToBeOpen }, `${printableLine(name)} is there (${id}).`)
        if (namesakes.length > 0)
          output.remark(
            `You have another room with this name: ${namesakes.map((one) => one.id.slice(0, 8)).join(', ')}. Choose by the beginning of the id.`,
          )
        if (isToBeOpen)
          output.remark(
            `${openMeaning}\nNot so: sotto room close ${id}. Others come in with: sotto room join ${typed(printableLine(name))}`,
          )
        else output.remark(`Next: sotto room invite ${JSON.stringify(name)} NAME`)
        // Whoever has rooms already knows whom to invite.
        if (isFirst) for (const line of neighbourLines(await peopleNow(client), name)) output.remark(line)
      })
    })
