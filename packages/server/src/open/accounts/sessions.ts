import { SottoError } from '@sotto/protocol'
import { makeToken, tokenHash } from '../../authentication/token.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { refuse } from '../failure.ts'
import { type Hints, tokenTopic } from '../hints.ts'
import type { OpenUser, StoredToken, TokenStore } from '../store.ts'
import { type Scope, scopes } from './scope.ts'

/** Who is asking, after the token has been checked. */
export interface OpenCaller {
  readonly user: OpenUser
  readonly tokenHash: Uint8Array
  readonly kind: StoredToken['kind']
  readonly scopes: readonly Scope[]
  readonly expiresMs: number
}

export interface OpenSessions {
  open(user: OpenUser): Promise<{ readonly token: string; readonly expiresMs: number }>
  /** @throws OpenRefusal `UNAUTHORIZED`, SottoError `session_expired` */
  authenticate(token: string): Promise<OpenCaller>
  /** The same session after use. @throws the same */
  renew(caller: OpenCaller): Promise<OpenCaller>
  end(caller: OpenCaller): Promise<void>
  /** Who holds a token that the account of this name was given and has not ended, though it may have ended by itself. */
  holderOf(token: string, name: string): Promise<string | undefined>
}

interface Dependencies {
  readonly store: Pick<TokenStore, 'openSession' | 'token' | 'touch' | 'end'>
  readonly hints: Hints
  readonly clock: Clock
  readonly limits: ServerLimits
}

/** A use is noted when this part of the idle time has passed since the last that was. */
const touchesPerIdleTime = 720

/** @throws OpenRefusal `SCOPE_MISSING` */
export const needScope = (caller: OpenCaller, scope: Scope): void => {
  if (!caller.scopes.includes(scope)) refuse('SCOPE_MISSING')
}

export const makeOpenSessions = ({ store, hints, clock, limits }: Dependencies): OpenSessions => {
  const endOf = (stored: StoredToken, usedMs: number): number =>
    stored.kind === 'session' ? Math.min(usedMs + limits.sessionIdleMs, stored.expiresMs) : stored.expiresMs

  const announceEnd = (hash: Uint8Array): void => hints.publish(tokenTopic(hash), { kind: 'ended' })

  const current = async (hash: Uint8Array): Promise<OpenCaller> => {
    const stored = (await store.token(hash)) ?? refuse('UNAUTHORIZED')
    const nowMs = clock.nowMs()
    if (endOf(stored, stored.usedMs) <= nowMs) {
      // One that has ended for lack of use still says that it was given: `holderOf`.
      if (stored.expiresMs <= nowMs) await store.end(hash)
      announceEnd(hash)
      throw new SottoError('session_expired')
    }
    const isDue = nowMs - stored.usedMs >= limits.sessionIdleMs / touchesPerIdleTime
    if (isDue) await store.touch(hash, nowMs)
    return {
      user: stored.owner,
      tokenHash: hash,
      kind: stored.kind,
      scopes: stored.scopes,
      expiresMs: endOf(stored, isDue ? nowMs : stored.usedMs),
    }
  }

  return {
    open: async (user) => {
      const token = makeToken()
      const nowMs = clock.nowMs()
      const expiresMs = nowMs + limits.sessionAbsoluteMs
      const session = {
        tokenHash: token.hash,
        user: user.id,
        kind: 'session',
        label: '',
        scopes,
        createdMs: nowMs,
        usedMs: nowMs,
        expiresMs,
      } as const
      for (const hash of await store.openSession(session, limits.sessionsPerAccountMax)) announceEnd(hash)
      return { token: token.text, expiresMs }
    },
    authenticate: async (token) => current(tokenHash(token) ?? refuse('UNAUTHORIZED')),
    renew: (caller) => current(caller.tokenHash),
    end: async (caller) => {
      await store.end(caller.tokenHash)
      announceEnd(caller.tokenHash)
    },
    holderOf: async (token, name) => {
      const hash = tokenHash(token)
      const stored = hash && (await store.token(hash))
      return hash && stored?.owner.name === name ? Buffer.from(hash).toString('latin1') : undefined
    },
  }
}
