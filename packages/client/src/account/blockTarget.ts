import { normalizeName, SottoError } from '@sotto/protocol'
import type { AccountScope } from '../commands/command.ts'
import { either, fields, string } from '../commands/input.ts'
import type { BlockTarget } from '../view.ts'

export const blockTarget = either<BlockTarget, BlockTarget>(
  fields({ name: string }),
  fields({ inviterOf: string }),
)

/** @throws SottoError `name_unknown`, `not_found` where nobody is known to have invited */
export const accountOfTarget = async (
  { blocks, contacts, rooms }: Pick<AccountScope, 'blocks' | 'contacts' | 'rooms'>,
  target: BlockTarget,
): Promise<Uint8Array> => {
  if ('name' in target) {
    const name = normalizeName(target.name)
    // Whoever is blocked has the name under which the account was known then, whoever has it now.
    const known = blocks.all().find((account) => contacts.find(account)?.state.name === name)
    return known ?? (await contacts.named(name)).account
  }
  const { phase } = rooms.get(target.inviterOf).state()
  if (phase.kind !== 'invited' || !phase.inviter) throw new SottoError('not_found')
  return phase.inviter
}
