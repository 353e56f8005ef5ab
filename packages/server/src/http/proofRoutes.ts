import { operations, SottoError } from '@sotto/protocol'
import type { Sessions } from '../authentication/sessions.ts'
import type { LogKey } from '../delivery/logKey.ts'
import type { Edge } from './edge.ts'
import { forAnyone, type Route } from './route.ts'

export interface ProofServices {
  readonly logKey: Pick<LogKey, 'proveName' | 'proveSession'>
  readonly edge: Pick<Edge, 'goesBy'>
  readonly sessions: Pick<Sessions, 'hasEnded'>
}

/**
 * What the server signs for whoever asks, over their nonce: that it goes by a name, for a device that knows it under
 * another one (rule SRV-2), and whether a session has ended (SES-12), for what stands between may say anything.
 */
export const proofRoutes = ({ logKey, edge, sessions }: ProofServices): readonly Route[] => [
  forAnyone(operations.proveServer, async ({ input: { nonce, host } }) => {
    if (!edge.goesBy(host)) throw new SottoError('host_refused')
    return { signature: logKey.proveName(nonce, host) }
  }),
  forAnyone(operations.proveSession, async ({ input: { nonce, session } }) => {
    const hasEnded = await sessions.hasEnded(session)
    return { hasEnded, signature: logKey.proveSession(nonce, session, hasEnded) }
  }),
]
