import { setTimeout as delay } from 'node:timers/promises'
import { type Client, type MemberView, type RoomView, SottoError, type TimelineItem } from '@sotto/client'
import { Command } from 'commander'
import { confirmed } from '../confirmation.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { roomStateText } from '../roomState.ts'
import { table } from '../table.ts'
import { settledOnline } from '../waiting.ts'

/** Who could not be invited by then is invited later, whenever this device is online. */
const inviteWithinMs = 60_000
const itemsMax = 500

interface Options {
  readonly yes?: boolean
}

/** What founding a room anew means: what has happened, who comes along, what stays, what is new. */
const meaning = (room: RoomView, members: readonly MemberView[]): string =>
  [
    `${roomTitle(room)}: ${roomStateText(room.state)}`,
    '',
    'Invited, each can accept or decline:',
    table(members.map(({ name, own, role }) => [`  ${printableLine(name)}${own ? ' (you)' : ''}`, role])),
    'All messages so far stay in this room, to be read. You can no longer write in it; members who do not come',
    'along still can, unless it is frozen for them too, and you will not see it.',
    'You get a new room with the same name and rules, and new keys. Messages not sent yet are sent there.',
    '',
  ].join('\n')

/** @throws SottoError `bad_request` where nothing is wrong with the room */
const damagedRoom = async (client: Client, wanted: string): Promise<RoomView> => {
  const room = await findRoom(client, wanted)
  if (room.state.kind !== 'frozen' && room.state.kind !== 'repairing')
    throw new SottoError(
      'bad_request',
      `${roomTitle(room)} is not damaged; there is no need to start it again`,
    )
  return room
}

/** Whom an item tells of: members of the room before come into the new one as those who come back. */
const broughtIn = (item: TimelineItem): readonly string[] => {
  if (item.kind !== 'event') return []
  if (item.event.kind === 'added') return [item.event.name]
  return item.event.kind === 'rejoined' ? [item.actor.name] : []
}

/** Resolves with those who have been invited when all have been, or the time is over. */
const invitedWithin = async (
  client: Client,
  room: string,
  wanted: readonly string[],
  withinMs: number,
): Promise<readonly string[]> => {
  const invited = new Set<string>()
  const take = (items: readonly TimelineItem[]): boolean => {
    for (const item of items) for (const name of broughtIn(item)) invited.add(name)
    return wanted.every((name) => invited.has(name))
  }
  let unsubscribe: () => void = () => {}
  const all = new Promise<void>((resolve) => {
    unsubscribe = client.subscribe((event) => {
      if (event.kind === 'timeline' && event.room === room && take(event.items)) resolve()
    })
  })
  const ended = new AbortController()
  const patience = delay(withinMs, undefined, { signal: ended.signal }).catch(() => {})
  if (!take((await client.timeline({ room, limit: itemsMax })).items)) await Promise.race([all, patience])
  ended.abort()
  unsubscribe()
  return wanted.filter((name) => invited.has(name))
}

const invitedText = (others: readonly string[], missing: readonly string[]): string => {
  if (others.length === 0) return ''
  return missing.length === 0
    ? 'Its members have been invited.'
    : `Still to be invited, while this device is online: ${missing.map(printableLine).join(', ')}.`
}

export const refoundCommand = (): Command =>
  new Command('refound')
    .description('start a damaged room again, with the same members and roles; owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .option('--yes', 'do not ask for confirmation')
    .action(async (wanted: string, { yes = false }: Options, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const room = await damagedRoom(client, wanted)
        const members = await client.members({ room: room.id })
        output.remark(meaning(room, members))
        if (!yes)
          await confirmed(`Start ${roomTitle(room)} again? This cannot be undone.`, {
            unasked: 'without a terminal, starting a room again needs --yes',
            no: 'nothing was changed',
          })
        const { room: successor } = await withProgress(
          () => 'Creating the new room',
          client.refound({ room: room.id }),
        )
        const others = members.filter(({ own }) => !own).map(({ name }) => name)
        const invited = await withProgress(
          () => 'Inviting its members',
          invitedWithin(client, successor, others, inviteWithinMs),
        )
        const missing = others.filter((name) => !invited.includes(name))
        output.result(
          { room: room.id, successor, invited, missing },
          `${roomTitle(room)} continues in a new room (${successor.slice(0, 8)}). ${invitedText(others, missing)}`,
        )
      })
    })
