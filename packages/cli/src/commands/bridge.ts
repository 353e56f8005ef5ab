import { SottoError } from '@sotto/client'
import type { Lane } from '@sotto/lane'
import { Command } from 'commander'
import { tellBotTrouble } from '../bot/trouble.ts'
import type { ClassicRoom } from '../bridge/words.ts'
import { invocationOf } from '../invocation.ts'
import { type InviteOptions, inviteOption } from '../inviteOption.ts'
import { keyMeans } from '../keyMeans.ts'
import { laneNotice } from '../lane/record.ts'
import { roomNamed } from '../lane/roomNamed.ts'
import { lineOfLane, outageTeller, sharedTeller, tellOutages } from '../outage.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { endRequested } from '../signals.ts'
import { settled } from '../waiting.ts'

interface Options extends InviteOptions {
  readonly as?: string
}

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

const isCalled = ({ room, name }: ClassicRoom, wanted: number | string): boolean =>
  typeof wanted === 'number' ? room === wanted : folded(name) === folded(wanted)

/**
 * Joins the classic room that is meant, which is made where there is none of the name. A bridge goes on with the room that it
 * had, whichever the server says has its name now.
 */
const enter = async (lane: Lane, called: string, known: number | null): Promise<ClassicRoom> => {
  const wanted = await roomNamed(called, lane.rooms)
  const room = await lane.joinRoom(known ?? wanted)
  const listing = (await lane.rooms()).find((one) => one.room === room)
  if (!listing) throw new SottoError('room_unknown', `there is no classic room ${called}`)
  if (known !== null && !isCalled(listing, wanted))
    throw new SottoError(
      'bad_request',
      `the bot bridges the classic room ${listing.name}: choose another bot with --as`,
    )
  return listing
}

const run = async (
  wanted: string,
  classicWanted: string,
  options: Options,
  command: Command,
): Promise<void> => {
  const invocation = invocationOf(command)
  const { output } = invocation
  const { arrive } = await import('../bridge/arrive.ts')
  const { name, inviter, room, server, profile, letGo } = await arrive(invocation, wanted, {
    as: options.as,
    invite: options.invite?.key,
  })
  const { newId, openNodeClient, timerScheduler } = await import('@sotto/client/node')
  const { openLane } = await import('@sotto/lane')
  const { bridgeAccount } = await import('../bridge/account.ts')
  const { startBridge } = await import('../bridge/bridge.ts')
  const { laneStoreOf } = await import('../lane/account.ts')

  const requested = endRequested()
  const client = await withProgress(
    () => 'Opening the profile',
    openNodeClient({ profile, keys: await keyMeans(), deviceKind: 'bot' }),
  )
  const store = await laneStoreOf(profile, name)
  const stopTelling = tellOutages(client, output)
  const outages = sharedTeller(outageTeller(output))('lane')
  try {
    const bridge = await startBridge({
      client,
      scheduler: timerScheduler,
      newId,
      name,
      inviter,
      room,
      settle: () => settled(client),
      openLane: async (bot, onEvent) =>
        openLane({ ...(await bridgeAccount(client, store, { name, server }, bot)), store, onEvent }),
      enter: (lane, known) => enter(lane, classicWanted, known),
      onTrouble: (trouble) => tellBotTrouble(output, trouble),
      onWait: (error) =>
        output.notice(
          { notice: 'waits', why: error.message },
          `Some messages are waiting to be carried: ${printableLine(error.message)}.`,
        ),
      onLaneEvent: (event) => {
        const line = lineOfLane(event)
        if (line) outages.heard(line)
        const notice = laneNotice(event)
        if (notice && event.kind !== 'invitation') output.notice(notice.value, notice.text)
      },
    })
    const { classic } = bridge
    output.notice(
      { bridging: room, classic: classic.room, as: name },
      `${printableLine(name)} bridges ${printableLine(wanted)} and the classic room ${printableLine(classic.name)}. Stop with Ctrl+C.`,
    )
    try {
      const how = await Promise.race([
        requested.then(() => 'asked' as const),
        bridge.ended.then(() => 'out' as const),
      ])
      if (how === 'out')
        output.notice(
          { ended: room, classic: classic.room },
          `${printableLine(name)} is not in ${printableLine(wanted)} any more: the bridge has ended, and the classic room was told.`,
        )
    } finally {
      await bridge.close()
    }
  } finally {
    stopTelling()
    outages.end()
    store.close()
    letGo()
  }
}

export const bridgeCommand = (): Command =>
  new Command('bridge')
    .description(
      'connect an encrypted room and a classic room of programs: a bot repeats in each what is written in the other',
    )
    .argument('<room>', 'name of the encrypted room, or the beginning of its id')
    .argument(
      '<classic-room>',
      'name or number of the classic room, also as name:NAME or id:NUMBER; created if there is none',
    )
    .option('--as <name>', 'name of the bot that carries messages; by default your own name and -bridge')
    .addOption(inviteOption())
    .action(run)
