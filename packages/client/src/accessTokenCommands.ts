import { limits, operations, titleFor } from '@sotto/protocol'
import type { Call } from './account/contacts.ts'
import type { ClientCommands } from './view.ts'

interface Deps {
  readonly call: Call
  /** @throws SottoError where the client has ended */
  usable(): void
}

/** What people do about the tokens by which their programs reach the open lane. */
export const accessTokenCommands = ({
  call,
  usable,
}: Deps): Pick<ClientCommands, 'createAccessToken' | 'accessTokens' | 'revokeAccessToken'> => ({
  createAccessToken: async (input) => {
    usable()
    return call(operations.createAccessToken, {
      ...input,
      label: titleFor(input.label, limits.accessTokenLabelCharactersMax),
    })
  },
  accessTokens: async () => {
    usable()
    return (await call(operations.listAccessTokens, {})).tokens
  },
  revokeAccessToken: async ({ id }) => {
    usable()
    await call(operations.revokeAccessToken, { id })
  },
})
