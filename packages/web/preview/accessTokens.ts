import type { AccessTokenView, Client, FailureCode } from '@sotto/client'
import type { Scene } from './scenes.ts'

const dayMs = 86_400_000

/** What somebody with a few scripts has given out: one of them long ago, one with a long name. */
const accessTokensOf = (nowMs: number): readonly AccessTokenView[] => [
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

type Commands = Pick<Client, 'createAccessToken' | 'accessTokens' | 'revokeAccessToken'>

/** The commands about access tokens, over some in memory; `full` is a name by which too many can be seen. */
export const accessTokenCommands = (
  scene: Scene,
  nowMs: number,
  {
    wait,
    failure,
  }: { readonly wait: (ms: number) => Promise<void>; readonly failure: (code: FailureCode) => Error },
): Commands => {
  let tokens = scene === 'first' ? [] : accessTokensOf(nowMs)
  let count = tokens.length
  return {
    createAccessToken: async ({ label, scopes, days }) => {
      await wait(400)
      if (label === 'full') throw failure('forbidden')
      const expiresMs = nowMs + days * dayMs
      const id = (count += 1)
      tokens = [...tokens, { id, label, scopes, createdMs: nowMs, expiresMs }]
      return { id, token: 'kBk3yqCq0yZ7cN4x8fJxTn3kqg0mPz6sQeVdJ1bWm5E', expiresMs }
    },
    accessTokens: async () => {
      await wait(200)
      if (scene === 'broken') throw failure('not_found')
      return tokens
    },
    revokeAccessToken: async ({ id }) => {
      await wait(300)
      tokens = tokens.filter((one) => one.id !== id)
    },
  }
}
