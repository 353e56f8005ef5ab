import { inviteLink, type RegistrationMode } from '@sotto/protocol'
import type { Invites } from '../authentication/invites.ts'
import type { Action, Answers, Verb } from './actions.ts'

/** Does what whoever runs the server asks for. There is one of it, whether a server runs or not. */
export interface Administration {
  /** @throws SottoError as the services that do it say */
  perform(action: Action): AsyncIterable<Answers[Verb]>
}

export interface AdministrationDependencies {
  readonly invites: Invites
  /** Null where no server runs. */
  readonly registration: RegistrationMode | null
  /** Where people open the server, as far as it knows. */
  readonly publicUrl: string | null
}

export const makeAdministration = ({
  invites,
  registration,
  publicUrl,
}: AdministrationDependencies): Administration => {
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
    }
  }
  return { perform }
}
