import type { Migration } from '../migrate.ts'

export const toVersion4: Migration = {
  to: 4,
  what: 'Accounts that were compared have a row of their own, which no earlier version knows.',
  page: () => Promise.resolve({ changes: [], next: null }),
}
