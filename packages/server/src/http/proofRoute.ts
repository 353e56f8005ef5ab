import { operations, SottoError } from '@sotto/protocol'
import type { LogKey } from '../delivery/logKey.ts'
import type { Edge } from './edge.ts'
import { forAnyone, type Route } from './route.ts'

/** Shows a device that knows this server under another name that it is the same one (rule SRV-2). */
export const proofRoute = (logKey: Pick<LogKey, 'proveName'>, edge: Pick<Edge, 'goesBy'>): Route =>
  forAnyone(operations.proveServer, async ({ input: { nonce, host } }) => {
    if (!edge.goesBy(host)) throw new SottoError('host_refused')
    return { signature: logKey.proveName(nonce, host) }
  })
