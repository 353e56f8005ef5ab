import type { Caller } from '../../authentication/sessions.ts'
import { makeToken } from '../../authentication/token.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { SottoError } from '@sotto/protocol'
import { OpenRefusal, refuse } from '../failure.ts'
import { type Hints, tokenTopic } from '../hints.ts'
import type { ListedToken, OpenStore } from '../store.ts'
import type { Scope } from './scope.ts'

/** The access tokens of a person, who says what each is for, what it reaches and when it ends. */
export interface AccessTokens {
  /** The token itself is told here and never again. @throws OpenRefusal `TOKEN_LIMIT` */
  create(
    person: Pick<Caller, 'account' | 'name'>,
    wanted: { readonly label: string; readonly scopes: readonly Scope[]; readonly days: number },
  ): Promise<{ readonly id: number; readonly token: string; readonly expiresMs: number }>
  list(person: Pick<Caller, 'account' | 'name'>): Promise<readonly ListedToken[]>
  /** Its sockets close at once. @throws OpenRefusal `TOKEN_NOT_FOUND` */
  revoke(person: Pick<Caller, 'account' | 'name'>, id: number): Promise<void>
}

interface Dependencies {
  readonly store: Pick<OpenStore, 'users' | 'tokens'>
  readonly hints: Hints
  readonly clock: Clock
  readonly limits: ServerLimits
}

const dayMs = 86_400_000

export const makeAccessTokens = ({ store, hints, clock, limits }: Dependencies): AccessTokens => {
  const userOf = ({ account, name }: Pick<Caller, 'account' | 'name'>) =>
    store.users.person(account, name, clock.nowMs())
  return {
    create: async (person, { label, scopes, days }) => {
      const user = await userOf(person)
      const token = makeToken()
      const nowMs = clock.nowMs()
      const expiresMs = nowMs + days * dayMs
      const times = { createdMs: nowMs, usedMs: nowMs, expiresMs }
      const stored = {
        tokenHash: token.hash,
        user: user.id,
        kind: 'access',
        label,
        scopes,
        ...times,
      } as const
      const id = await store.tokens.createAccess(stored, limits.openAccessTokensPerAccountMax)
      return id === undefined ? refuse('TOKEN_LIMIT') : { id, token: token.text, expiresMs }
    },
    list: async (person) => store.tokens.accessTokens((await userOf(person)).id),
    revoke: async (person, id) => {
      const hash = await store.tokens.endAccess((await userOf(person)).id, id)
      if (!hash) return refuse('TOKEN_NOT_FOUND')
      hints.publish(tokenTopic(hash), { kind: 'ended' })
    },
  }
}

const inOtherWords = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (!(error instanceof OpenRefusal)) throw error
    throw new SottoError(error.code === 'TOKEN_LIMIT' ? 'forbidden' : 'not_found')
  })

/** The same in the codes of the other lane, on which a person's own client asks. */
export const forPersons = (tokens: AccessTokens): AccessTokens => ({
  create: (person, wanted) => inOtherWords(tokens.create(person, wanted)),
  list: (person) => inOtherWords(tokens.list(person)),
  revoke: (person, id) => inOtherWords(tokens.revoke(person, id)),
})
