import { openWebClient } from '@sotto/client/web'
import type { Started } from '../app/Start.tsx'
import { failureOf } from '../client/failure.ts'
import { createClientWorker, createOpaqueWorker } from './workers.ts'

/** Opens the client of this browser; that it cannot be opened is an answer, too. */
export const open = async (): Promise<Started> => {
  try {
    return {
      kind: 'ready',
      client: await openWebClient({ createWorker: createClientWorker, createOpaqueWorker }),
    }
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) }
  }
}
