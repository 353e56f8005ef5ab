import { join } from 'node:path'
import { type AccountView, type Client, newAccountName, registerBot, SottoError } from '@sotto/client'
import { type Invocation, withAccount, withClient } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'
import { holdAlone } from './alone.ts'
import { readPair } from './notes.ts'

/** A name that says whose bridge it is; one that is too long for that is cut. */
const nameFor = (person: string): string => `${[...person].slice(0, 24).join('')}-bridge`

/** Where the bot of a bridge has its profile: below that of the person who has made it. */
const profileOf = (profile: string, name: string): string =>
  join(profile, 'bridges', encodeURIComponent(name))

export interface Arrival {
  /** Name of the bot. */
  readonly name: string
  /** Whose bridge it is. */
  readonly inviter: string
  /** Id of the encrypted room. */
  readonly room: string
  readonly server: string
  /** Of the bot. */
  readonly profile: string
  /** Lets the profile go for another bridge. */
  letGo(): void
}

type Owner = Exclude<AccountView, { kind: 'none' }>

const ownerOf = (invocation: Invocation): Promise<Owner> =>
  withClient(invocation, async (client) => {
    const { account } = client.state()
    if (account.kind === 'none') throw new SottoError('no_account')
    if (account.isBot)
      throw new SottoError('bad_request', 'a bridge has to be created by a person: choose another --profile')
    return account
  })

const notesOf = (client: Client) => ({
  recall: (key: string) => client.readNote({ key: `own/${key}` }),
  remember: (key: string, text: string | null) => client.writeNote({ key: `own/${key}`, text }),
})

/** Brings the bot into the room: whoever makes the bridge invites it, as a member of the room. */
const invite = (invocation: Invocation, wanted: string, name: string): Promise<string> =>
  withAccount(invocation, async (client) => {
    const room = await findRoom(client, wanted)
    await settledOnline(client)
    const inviting = client.invite({ room: room.id, name }).catch((error: unknown) => {
      // By an earlier try of this command that was cut off.
      const isThere = error instanceof SottoError && /^already_(member|invited)$/.test(error.code)
      if (!isThere) throw error
    })
    await withProgress(() => `Inviting ${printableLine(name)} to ${roomTitle(room)}`, inviting)
    return room.id
  })

/**
 * Makes the bot of a bridge where there is none yet, and has it invited to the room. A bot that was in the room once is not
 * invited again: whoever has taken it out has ended the bridge.
 *
 * @throws SottoError `no_account`, `name_taken`, `room_unknown`, of inviting; `bad_request` where the bot bridges another room
 */
export const arrive = async (
  invocation: Invocation,
  wanted: string,
  { as, invite: key }: { readonly as: string | undefined; readonly invite: string | undefined },
): Promise<Arrival> => {
  const owner = await ownerOf(invocation)
  const name = newAccountName(as ?? nameFor(owner.name))
  const profile = profileOf(invocation.profile, name)
  const letGo = holdAlone(profile)
  const arrival = { letGo, name, inviter: owner.name, server: owner.server, profile }
  const known = await withClient(
    { ...invocation, profile },
    async (client) => {
      if (client.state().account.kind === 'none') {
        const { newId } = await import('@sotto/client/node')
        await withProgress(
          () => `Creating the account of ${printableLine(name)}`,
          registerBot({ client, newId }, name, key),
        )
      }
      const pair = await readPair(notesOf(client))
      if (pair === null) return null
      const room = await findRoom(client, wanted).catch(() => null)
      if (room?.id !== pair.room)
        throw new SottoError('bad_request', `${name} bridges another room: choose another name with --as`)
      return pair.room
    },
    { server: owner.server, deviceKind: 'bot' },
  )
  return { ...arrival, room: known ?? (await invite(invocation, wanted, name)) }
}
