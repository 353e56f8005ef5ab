import { type AccessScope, operations, SottoError } from '@sotto/protocol'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import { forDevice, type Route } from './route.ts'

/** What makes the tokens of a person's programs; the open lane, where there is one. */
export interface AccessTokenMaker {
  /** @throws SottoError `forbidden` where there are too many */
  create(
    person: DeviceCaller,
    wanted: { readonly label: string; readonly scopes: readonly AccessScope[]; readonly days: number },
  ): Promise<{ readonly id: number; readonly token: string; readonly expiresMs: number }>
  list(person: DeviceCaller): Promise<
    readonly {
      readonly id: number
      readonly label: string
      readonly scopes: readonly AccessScope[]
      readonly createdMs: number
      readonly expiresMs: number
    }[]
  >
  /** @throws SottoError `not_found` */
  revoke(person: DeviceCaller, id: number): Promise<void>
}

const absent = async (): Promise<never> => {
  throw new SottoError('not_found', 'this server has no open lane')
}

const noLane: AccessTokenMaker = { create: absent, list: absent, revoke: absent }

export const accessTokenRoutes = (maker: AccessTokenMaker = noLane): readonly Route[] => [
  forDevice(operations.createAccessToken, async ({ caller, input: { label, scopes, days } }) => {
    if (label.trim() === '' || scopes.length === 0 || days === 0) throw new SottoError('bad_request')
    const { id, token, expiresMs } = await maker.create(caller, { label, scopes, days })
    return { id, token, expiresMs }
  }),
  forDevice(operations.listAccessTokens, async ({ caller }) => ({
    tokens: (await maker.list(caller)).map(({ id, label, scopes, createdMs, expiresMs }) => ({
      id,
      label,
      scopes,
      createdMs,
      expiresMs,
    })),
  })),
  forDevice(operations.revokeAccessToken, async ({ caller, input }) => {
    await maker.revoke(caller, input.id)
    return {}
  }),
]
