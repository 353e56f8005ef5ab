import { clientTargets } from './targets/client.ts'
import { mlsTargets } from './targets/mls.ts'
import { protocolTargets } from './targets/protocol.ts'
import { trustTargets } from './targets/trust.ts'
import type { Target } from './target.ts'

/** Every reader of bytes that come from outside. */
export const targets: readonly Target[] = [
  ...protocolTargets,
  ...mlsTargets,
  ...trustTargets,
  ...clientTargets,
]
