import type { Client, VerificationView, VerifiedBy, VerifyOutcome } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'
import { useAttempt } from '../../client/useAttempt.ts'

export type Verification =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ready'; readonly view: VerificationView }

export type Mismatch = Exclude<VerifyOutcome, 'match'>

const verificationOf = async (client: Client, account: string): Promise<Verification> => {
  try {
    return { kind: 'ready', view: await client.verification({ account }) }
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) }
  }
}

/** What there is to compare with an account, and what becomes of a comparison. */
export const useVerification = (account: string, onChanged: () => void) => {
  const client = useClient()
  const [verification, setVerification] = useState<Verification>({ kind: 'loading' })
  const [mismatch, setMismatch] = useState<Mismatch | null>(null)
  const { attempt, run } = useAttempt()

  useEffect(() => {
    let isOver = false
    void verificationOf(client, account).then((found) => {
      if (!isOver) setVerification(found)
    })
    return () => {
      isOver = true
    }
  }, [client, account])

  const change = async (task: () => Promise<unknown>) => {
    setMismatch(null)
    await run(task)
    setVerification(await verificationOf(client, account))
    onChanged()
  }
  return {
    verification,
    mismatch,
    attempt,
    verify: (by: VerifiedBy) =>
      change(async () => {
        const outcome = await client.verify({ account, ...by })
        if (outcome !== 'match') setMismatch(outcome)
      }),
    undo: () => change(() => client.unverify({ account })),
  }
}
