import { encodePublicGroup, MlsError, observe, type Observed, type PublicGroup } from '@sotto/mls/public'
import { SottoError } from '@sotto/protocol'
import { mayPropose, type Policy } from '@sotto/trust'
import type { Court } from './court.ts'
import { isInTheWay } from './pending.ts'
import type { RoomChange } from './store.ts'
import type { Incoming } from './submission.ts'

/** Why a proposal is refused that would do alone: it cannot be committed together with those that wait. */
export const pendingRule = 'pending'

export interface AcceptedProposal {
  readonly change: RoomChange & { readonly kind: 'proposed' }
  readonly group: PublicGroup
}

/**
 * A proposal that may wait for a commit: one that no commit could take up is refused here, so that nobody's commit is
 * refused for it later. Whose leaf it comes from, the admission has compared.
 *
 * @throws MlsError, SottoError `policy {rule}`, `bad_request`
 */
export const observeProposal = async (
  court: Court,
  before: PublicGroup,
  payload: Uint8Array,
): Promise<Observed & { readonly kind: 'proposal' }> => {
  const observed = await observe(court.engine, before, payload)
  if (observed.kind !== 'proposal') throw new SottoError('bad_request', 'not a proposal')
  const { proposal, sender } = observed
  const permit = await court.judge((lookup) =>
    mayPropose({ before, proposal, sender }, lookup, court.provider, court.nowS),
  )
  if (permit.kind === 'refused') throw new SottoError('policy', undefined, { rule: permit.rule })
  return observed
}

/** The same of one that has just come, beside those that wait. @throws SottoError `policy {rule}`, `bad_request` */
export const judgeProposal = async (
  court: Court,
  before: PublicGroup,
  policy: Policy,
  incoming: Incoming,
  device: Uint8Array,
): Promise<AcceptedProposal> => {
  if (incoming.aux) throw new SottoError('bad_request', 'nothing rides with a proposal')
  try {
    const observed = await observeProposal(court, before, incoming.payload)
    const { group, proposal, sender } = observed
    const isOwn =
      proposal.kind === 'remove' && sender.kind === 'member' && sender.leafIndex === proposal.removed
    if (isInTheWay(before, policy, observed)) throw new SottoError('policy', undefined, { rule: pendingRule })
    const leaving = isOwn ? device : null
    return { change: { kind: 'proposed', group: encodePublicGroup(group), leaving }, group }
  } catch (error) {
    throw error instanceof MlsError ? court.failure(error) : error
  }
}
