import type { AccessTokenView } from '@sotto/client'
import { useCallback, useEffect, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'

export type Tokens =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ready'; readonly tokens: readonly AccessTokenView[] }

/** The access tokens of the account, newest first; `reload` asks the server again. */
export const useTokens = () => {
  const client = useClient()
  const [known, setKnown] = useState<Tokens>({ kind: 'loading' })
  const [turn, setTurn] = useState(0)

  useEffect(() => {
    let isOver = false
    const ask = async () => {
      const answer = await client.accessTokens({}).then(
        (tokens): Tokens => ({
          kind: 'ready',
          tokens: tokens.toSorted((a, b) => b.createdMs - a.createdMs),
        }),
        (error: unknown): Tokens => ({ kind: 'failed', failure: failureOf(error) }),
      )
      if (!isOver) setKnown(answer)
    }
    void ask()
    return () => {
      isOver = true
    }
  }, [client, turn])

  const reload = useCallback(() => setTurn((before) => before + 1), [])
  return { tokens: known, reload }
}
