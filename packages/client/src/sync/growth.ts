import { limits, operations } from '@sotto/protocol'
import type { Call, Contacts } from '../account/contacts.ts'

/**
 * Learns whose chain has grown, and tells a server that has lost some of one, as far as it takes that now. No entry of a
 * log says that a device was revoked, and until one knows it, one speaks to whoever has it now (CL-10).
 *
 * @throws what the transport throws
 */
export const followChains = async (
  call: Call,
  contacts: Pick<Contacts, 'find' | 'ensure' | 'handBack'>,
  accounts: readonly Uint8Array[],
): Promise<void> => {
  const most = limits.chainEndsPerAnswerMax
  let isShorter = false
  for (let at = 0; at < accounts.length; at += most) {
    const asked = accounts.slice(at, at + most)
    const { seqs } = await call(operations.readChainEnds, { accounts: asked })
    const grown = []
    for (const [index, account] of asked.entries()) {
      const [known, seq] = [contacts.find(account)?.state.seq, seqs[index]]
      if (known === undefined || typeof seq !== 'number') continue
      if (seq > known) grown.push({ account, seq })
      if (seq < known) isShorter = true
    }
    await contacts.ensure(grown)
  }
  // What it does not take now it is handed before a leaf is taken out: nobody is kept from speaking for that.
  if (isShorter) await contacts.handBack().catch(() => false)
}
