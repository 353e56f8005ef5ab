import type { AccessScope } from '@sotto/client'

/** What an access token may do, as a person chooses it. */
export type Reach = 'all' | 'read' | 'send'

export const reaches = ['all', 'read', 'send'] as const satisfies readonly Reach[]

const scopes = {
  all: ['read', 'send', 'rooms', 'account'],
  // A program needs a key of its own, or nobody can seal anything to it.
  read: ['read', 'account'],
  send: ['send', 'rooms', 'account'],
} as const satisfies Record<Reach, readonly AccessScope[]>

export const scopesOf = (reach: Reach): readonly AccessScope[] => scopes[reach]

/** The choice that has these scopes; null for others, such as those of a token that was made in a terminal. */
export const reachOf = (given: readonly AccessScope[]): Reach | null =>
  reaches.find(
    (reach) => scopes[reach].length === given.length && scopes[reach].every((scope) => given.includes(scope)),
  ) ?? null
