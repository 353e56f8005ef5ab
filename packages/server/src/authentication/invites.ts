import type { Clock, ServerLimits } from '../configuration.ts'
import { SottoError } from '@sotto/protocol'
import { makeToken } from './token.ts'

/** What lets somebody register where registration is by invitation. The key itself is told once and not kept. */
export interface StoredInvite {
  readonly id: number
  readonly keyHash: Uint8Array
  /** How many accounts it makes, and how many it has made. */
  readonly usesMax: number
  readonly uses: number
  readonly createdMs: number
  readonly expiresMs: number
}

/** Every write is durable when it returns. An invite is used by whoever creates the account, in one transaction with it. */
export interface InviteStore {
  invite(keyHash: Uint8Array): Promise<StoredInvite | undefined>
  /** Drops those that are of no use any more; the id of the new one, or undefined where `invitesMax` are left. */
  createInvite(invite: Omit<StoredInvite, 'id' | 'uses'>, invitesMax: number): Promise<number | undefined>
  /** Every one that is kept, the oldest first. */
  invites(): Promise<readonly StoredInvite[]>
  /** Whether there was one. */
  revokeInvite(id: number): Promise<boolean>
}

export const isUsable = (
  { uses, usesMax, expiresMs }: Pick<StoredInvite, 'uses' | 'usesMax' | 'expiresMs'>,
  nowMs: number,
): boolean => uses < usesMax && expiresMs > nowMs

export interface NewInvite extends Omit<StoredInvite, 'keyHash'> {
  /** 256 random bits in base64url. */
  readonly key: string
}

export interface Invites {
  /** @throws SottoError `bad_request` for bounds that are none, `rate` where there are too many already */
  create(wanted: { readonly uses: number; readonly lifetimeMs: number }): Promise<NewInvite>
  /** Those that can still be used, the oldest first. */
  list(): Promise<readonly StoredInvite[]>
  /** @throws SottoError `not_found` */
  revoke(id: number): Promise<void>
}

interface Dependencies {
  readonly store: InviteStore
  readonly clock: Clock
  readonly limits: ServerLimits
}

export const makeInvites = ({ store, clock, limits }: Dependencies): Invites => ({
  create: async ({ uses: usesMax, lifetimeMs }) => {
    if (!Number.isSafeInteger(usesMax) || usesMax < 1 || usesMax > limits.inviteUsesMax)
      throw new SottoError('bad_request', `an invite makes 1 to ${limits.inviteUsesMax} accounts`)
    if (!Number.isSafeInteger(lifetimeMs) || lifetimeMs < 1 || lifetimeMs > limits.inviteLifetimeMsMax)
      throw new SottoError('bad_request', `an invite lasts at most ${limits.inviteLifetimeMsMax} ms`)
    const { text: key, hash: keyHash } = makeToken()
    const createdMs = clock.nowMs()
    const invite = { keyHash, usesMax, createdMs, expiresMs: createdMs + lifetimeMs }
    const id = await store.createInvite(invite, limits.invitesMax)
    if (id === undefined) throw new SottoError('rate', 'there are too many invites; revoke one')
    return { id, key, usesMax, uses: 0, createdMs, expiresMs: invite.expiresMs }
  },
  list: async () => (await store.invites()).filter((invite) => isUsable(invite, clock.nowMs())),
  revoke: async (id) => {
    if (!(await store.revokeInvite(id))) throw new SottoError('not_found', `there is no invite ${id}`)
  },
})
