import { inviteLink, normalizeName, type RegistrationMode, SottoError } from '@sotto/protocol'
import type { Invites } from '../authentication/invites.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog, Tallies } from '../logging/eventLog.ts'
import { costliest } from './abuse.ts'
import type { Action, Answers, Verb } from './actions.ts'
import { accountOf, everyHolder } from './holders.ts'
import type { AdminStore, Ended, Holder, OpenPlaces } from './store.ts'
import { limitsInForce } from './uses.ts'

/** Does what whoever runs the server asks for. There is one of it, whether a server runs or not. */
export interface Administration {
  /** @throws SottoError as the services that do it say; `name_unknown` */
  perform(action: Action): AsyncIterable<Answers[Verb]>
}

/** What happens to those who are connected. Where no server runs nobody is. */
export interface Connected {
  /** Ends what is done under these sessions and tokens. */
  end(ended: Ended): void
  /** Takes a user of the open lane out of rooms and chats. */
  leave(user: { readonly id: number; readonly name: string }, places: OpenPlaces): Promise<void>
}

export interface AdministrationDependencies {
  readonly store: AdminStore
  readonly invites: Invites
  /** Null where no server runs. */
  readonly registration: RegistrationMode | null
  /** Where people open the server, as far as it knows. */
  readonly publicUrl: string | null
  readonly connected: Connected
  /** Null where no server runs: nobody is counted. */
  readonly tallies: Tallies | null
  readonly limits: ServerLimits
  readonly clock: Clock
  readonly log: EventLog
}

const dayMs = 86_400_000
/** How long the name of an account that is gone is nobody's: contacts have to notice (ID-2b). */
const nameRestMs = 7 * dayMs

const loggedId = (holder: Holder): Uint8Array =>
  holder.kind === 'person' ? holder.account : Buffer.from(`open/${holder.user}`)

export const makeAdministration = (dependencies: AdministrationDependencies): Administration => {
  const { store, invites, registration, publicUrl, connected, tallies, limits, clock, log } = dependencies

  const find = async (written: string): Promise<{ readonly name: string; readonly holder: Holder }> => {
    const name = normalizeName(written)
    const holder = await store.find(name)
    if (!holder) throw new SottoError('name_unknown', `nobody here is called ${name}`)
    return { name, holder }
  }

  const suspend = async (holder: Holder): Promise<number> => {
    const ended = await store.suspend(holder, clock.nowMs())
    connected.end(ended)
    log.info('account_suspended', { account: loggedId(holder) })
    return ended.sessions.length + ended.openTokens.length
  }

  /** Suspended first: what a crash leaves half done is seen in the list, and done by asking once more. */
  const remove = async (name: string, holder: Holder): Promise<Answers['remove']> => {
    const sessions = await suspend(holder)
    const { user } = holder
    if (user !== null) await connected.leave({ id: user, name }, await store.openPlaces(user))
    const rooms = await store.roomsOf(holder)
    const nowMs = clock.nowMs()
    const nameFreeMs = nowMs + nameRestMs
    connected.end(await store.remove(holder, { name, nowMs, nameUntilMs: nameFreeMs }))
    log.info('account_removed', { account: loggedId(holder) })
    return { name, sessions, rooms, nameFreeMs }
  }

  async function* perform(action: Action): AsyncIterable<Answers[Verb]> {
    switch (action.do) {
      case 'invite.create': {
        const { id, key, usesMax: uses, expiresMs } = await invites.create(action)
        const link = publicUrl === null ? null : inviteLink(publicUrl, key)
        yield { id, key, link, uses, expiresMs, registration }
        return
      }
      case 'invite.list':
        for (const { id, usesMax, uses, createdMs, expiresMs } of await invites.list())
          yield { id, usesMax, uses, createdMs, expiresMs }
        return
      case 'invite.revoke':
        await invites.revoke(action.id)
        yield { id: action.id }
        return
      case 'accounts':
        for (const kind of ['person', 'program'] as const)
          for await (const stored of everyHolder(store, kind)) yield await accountOf(store, clock, stored)
        return
      case 'limits':
        yield* limitsInForce(store, limits, clock.nowMs())
        return
      case 'abuse':
        if (!tallies) throw new SottoError('unavailable', 'no server runs on these data: nobody is counted')
        yield* costliest(store, tallies)
        return
      case 'suspend': {
        const { name, holder } = await find(action.name)
        yield { name, sessions: await suspend(holder) }
        return
      }
      case 'resume': {
        const { name, holder } = await find(action.name)
        if (!(await store.resume(holder))) throw new SottoError('bad_request', `${name} is not suspended`)
        log.info('account_resumed', { account: loggedId(holder) })
        yield { name }
        return
      }
      case 'remove': {
        const { name, holder } = await find(action.name)
        yield await remove(name, holder)
        return
      }
    }
  }
  return { perform }
}
