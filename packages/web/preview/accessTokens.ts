import type { AccessTokenView } from '@sotto/client'

const dayMs = 86_400_000

/** What somebody with a few scripts has given out: one of them long ago, one with a long name. */
export const accessTokensOf = (nowMs: number): readonly AccessTokenView[] => [
  {
    id: 1,
    label: 'Backups',
    scopes: ['send', 'rooms', 'account'],
    createdMs: nowMs - 80 * dayMs,
    expiresMs: nowMs + 10 * dayMs,
  },
  {
    id: 2,
    label: 'The screen in the hall that shows who is on call tonight and tomorrow',
    scopes: ['read', 'account'],
    createdMs: nowMs - 3 * dayMs,
    expiresMs: nowMs + 87 * dayMs,
  },
  {
    id: 3,
    label: 'cron',
    scopes: ['read', 'send', 'account'],
    createdMs: nowMs - 200 * dayMs,
    expiresMs: nowMs - 110 * dayMs,
  },
]
