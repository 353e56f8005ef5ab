import { oneOf } from '@sotto/protocol'

export type RevocationReason = 'logout' | 'lost' | 'replaced' | 'idle'

export const revocationReason = oneOf<RevocationReason>('logout', 'lost', 'replaced', 'idle')
