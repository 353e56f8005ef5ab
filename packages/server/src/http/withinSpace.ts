import { operations } from '@sotto/protocol'
import type { Quota } from '../quota/quota.ts'
import type { Route } from './route.ts'

/** What only adds to what is stored, and does not ask for space itself. */
const adding: ReadonlySet<string> = new Set(
  [
    operations.registerStart,
    operations.registerFinish,
    operations.publishKeyPackages,
    operations.handBackLinks,
  ].map(({ name }) => name),
)

/** Keeps what only adds from the space that clearing up, leaving and revoking need. */
export const withinSpace = (routes: readonly Route[], { checkSpace }: Pick<Quota, 'checkSpace'>) =>
  routes.map((route): Route =>
    adding.has(route.operation.name)
      ? {
          ...route,
          answer: async (asked) => {
            checkSpace()
            return route.answer(asked)
          },
        }
      : route,
  )
