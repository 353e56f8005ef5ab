import type { Rule } from '../../rules.ts'
import type { CommitToJudge } from '../view.ts'

/**
 * Which proposals a commit may carry at all (C0d), and in which way (C8b). The context, and with it every role, is
 * changed by value only: what a committer did not write itself it would have to judge anew against its own rights.
 */
export const proposalKindRule = ({ proposals, committer }: CommitToJudge): Rule | undefined => {
  for (const { proposal, by } of proposals) {
    switch (proposal.kind) {
      case 'psk':
      case 'reinit':
      case 'unknown':
        return 'C0d'
      case 'external_init':
        if (committer.kind !== 'external') return 'C0d'
        break
      case 'group_context_extensions':
        if (by === 'reference') return 'C8b'
        break
      case 'update':
        if (by === 'value') return 'C0d'
        break
      case 'add':
      case 'remove':
        break
    }
  }
  const contexts = proposals.filter(({ proposal }) => proposal.kind === 'group_context_extensions')
  return contexts.length > 1 ? 'C0d' : undefined
}
