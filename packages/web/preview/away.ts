import type { ConnectionView, FailureCode, Obstacle } from '@sotto/client'

/** No connection, and what stands in the way. */
export const away = (code: FailureCode, obstacle: Obstacle, nowMs: number): ConnectionView => ({
  kind: 'offline',
  retryAtMs: nowMs + 7000,
  reason: { code, obstacle },
})
