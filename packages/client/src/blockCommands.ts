import { normalizeName, shownName, SottoError, toHex } from '@sotto/protocol'
import type { Blocks } from './account/blocks.ts'
import type { Contacts } from './account/contacts.ts'
import type { Rooms } from './sync/rooms.ts'
import type { BlockedView, BlockTarget, ClientCommands } from './view.ts'

interface Deps {
  readonly blocks: Blocks
  readonly contacts: Contacts
  readonly rooms: Rooms
  readonly account: Uint8Array
}

const shortNameCharacters = 8

/** What people do about those whose invitations they do not want. */
export const blockCommands = ({
  blocks,
  contacts,
  rooms,
  account: own,
}: Deps): Pick<ClientCommands, 'block' | 'unblock' | 'blocked'> => {
  const nameOf = (account: Uint8Array): string | undefined => contacts.find(account)?.state.name

  /** @throws SottoError `name_unknown`, `not_found` where nobody is known to have invited */
  const accountOf = async (target: BlockTarget): Promise<Uint8Array> => {
    if ('name' in target) {
      const name = normalizeName(target.name)
      // Whoever is blocked has the name under which he was known then, whoever has it now.
      const known = blocks.all().find((account) => nameOf(account) === name)
      return known ?? (await contacts.named(name)).account
    }
    const { phase } = rooms.get(target.inviterOf).state()
    if (phase.kind !== 'invited' || !phase.inviter) throw new SottoError('not_found')
    return phase.inviter
  }

  return {
    block: async (target) => {
      const account = await accountOf(target)
      if (toHex(account) === toHex(own)) throw new SottoError('bad_request', 'nobody blocks himself')
      await blocks.block(account)
      // What waits from there goes.
      await rooms.readWelcomes()
    },
    unblock: async (target) => {
      const account = await accountOf(target)
      if (!blocks.has(account)) throw new SottoError('not_found')
      await blocks.unblock(account)
    },
    blocked: async () => {
      const accounts = blocks.all()
      // Names help, and are not worth a failure.
      await contacts.ensure(accounts.map((account) => ({ account, seq: 0 }))).catch(() => {})
      return accounts.map((account): BlockedView => ({
        account: toHex(account),
        name: shownName(nameOf(account) ?? toHex(account).slice(0, shortNameCharacters)),
      }))
    },
  }
}
