import type { EngineLimits } from '@sotto/mls/public'
import type { ServerLimits } from '../configuration.ts'

/** The engine's limits where Sotto has its own. */
export const boundsOf = (limits: ServerLimits): Partial<EngineLimits> => ({
  // The same as the clients': what the server takes and they refuse would freeze the room.
  leavesMax: limits.treeWidthMax,
  commitAddsMax: limits.addsPerCommitMax,
  commitProposalsMax: limits.proposalsPendingMax,
  pendingProposalsMax: limits.proposalsPendingMax,
  messageBytesMax: limits.treeBytesMax,
})
