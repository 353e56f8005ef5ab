import { openWebClient } from '@sotto/client/web'
import { LaterInside } from '../app/LaterInside.tsx'
import type { Started } from '../app/Start.tsx'
import { failureOf } from '../client/failure.ts'
import { isReplaced, reloadOnce } from '../client/replaced.ts'
import { createClientWorker, createOpaqueWorker, loadClientWorker, loadOpaqueWorker } from './workers.ts'

/** Where something was stored before, somebody is signed in, most likely: then it comes beside the worker, and not after it. */
const loadForReturning = async (): Promise<void> => {
  try {
    if ((await indexedDB.databases()).length > 0) await LaterInside.load()
  } catch {
    // It comes when it is shown.
  }
}

/** What is behind the form comes while the form is filled in; the worker for the password, which is needed first, before. */
const loadBehindForm = async (): Promise<void> => {
  await loadOpaqueWorker().catch(() => {})
  await LaterInside.load()
}

/** Opens the client of this browser; that it cannot be opened is an answer, too. */
export const open = async (): Promise<Started> => {
  void loadForReturning()
  try {
    const client = await openWebClient({
      createWorker: createClientWorker,
      createOpaqueWorker,
      loadWorker: loadClientWorker,
      loadOpaqueWorker,
      isReplaced,
    })
    if (client.state().account.kind !== 'signed_in') void loadBehindForm()
    return { kind: 'ready', client }
  } catch (error) {
    const failure = failureOf(error)
    // This page may be an old one. Nothing has been shown yet, and nothing can be lost.
    const isOld = failure.code === 'outdated' || failure.code === 'storage_newer'
    if (isOld && reloadOnce()) return new Promise(() => {})
    return { kind: 'failed', failure }
  }
}
