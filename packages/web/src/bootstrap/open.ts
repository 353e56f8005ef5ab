import { openWebClient } from '@sotto/client/web'
import type { Started } from '../app/Start.tsx'
import { failureOf } from '../client/failure.ts'
import { isReplaced, reloadOnce } from './replaced.ts'
import { createClientWorker, createOpaqueWorker, loadClientWorker, loadOpaqueWorker } from './workers.ts'

/** Opens the client of this browser; that it cannot be opened is an answer, too. */
export const open = async (): Promise<Started> => {
  try {
    const client = await openWebClient({
      createWorker: createClientWorker,
      createOpaqueWorker,
      loadWorker: loadClientWorker,
      loadOpaqueWorker,
      isReplaced,
    })
    // So that it is there when the form is sent.
    if (client.state().account.kind !== 'signed_in') loadOpaqueWorker().catch(() => {})
    return { kind: 'ready', client }
  } catch (error) {
    const failure = failureOf(error)
    // This page may be an old one. Nothing has been shown yet, and nothing can be lost.
    const isOld = failure.code === 'outdated' || failure.code === 'storage_newer'
    if (isOld && reloadOnce()) return new Promise(() => {})
    return { kind: 'failed', failure }
  }
}
