import type { Provider } from '@sotto/mls'
import {
  blob,
  boolean,
  decodeAs,
  encodeAs,
  equalBytes,
  type InputOf,
  labelledHash,
  type Operation,
  operations,
  type OutputOf,
  type SignedLink,
  SottoError,
  struct,
  toHex,
} from '@sotto/protocol'
import {
  type AccountState,
  chainLinksMax,
  comparePin,
  decodeAccountState,
  encodeAccountState,
  extendChain,
  pinOf,
  verifyChain,
} from '@sotto/trust'
import type { Change, Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'

/** What is known of an account: its chain as verified, and whether something contradicted it since. */
export interface Contact {
  readonly state: AccountState
  /** The server showed a chain that does not extend the one known here, or another account under the same name. */
  readonly alarm: boolean
}

/** An account that has to be known at least up to link `seq`. */
export interface Need {
  readonly account: Uint8Array
  readonly seq: number
}

/** One operation under the session of this device. */
// oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
export type Call = <Op extends Operation<any, any, any>>(op: Op, input: InputOf<Op>) => Promise<OutputOf<Op>>

export interface Contacts {
  /** Of what has been loaded; see `ensure`. */
  find(account: Uint8Array): Contact | undefined
  /** Loads everyone who is known here: screens ask for names without waiting. */
  load(): Promise<void>
  /** Whether any account is under suspicion; most of the time none is. */
  hasAlarms(): boolean
  /** Loads accounts from the store and, where that is not enough, from the server. @throws what the transport throws */
  ensure(needs: readonly Need[]): Promise<void>
  /**
   * The account that has this name now, with its newest chain.
   * @throws SottoError `name_unknown`, `identity_changed` when another account had the name before, `integrity`
   */
  named(name: string): Promise<AccountState>
  /** Verified by this device itself. */
  change(state: AccountState): readonly Change[]
}

const row = struct({ state: blob(1 << 20), alarm: boolean })
const contactKey = (account: Uint8Array): string => `contact/${toHex(account)}`
/** Names are people's own; the key holds a hash. */
const nameKey = (name: string): string => `name/${toHex(labelledHash('name', name))}`

const linksPerAnswerMax = 500
const contactsPerReading = 500

/** @param timeMs the server's clock, as far as it is known */
export const openContacts = (
  store: Store,
  provider: Pick<Provider, 'verify'>,
  call: Call,
  timeMs: () => number,
): Contacts => {
  const known = new Map<string, Contact>()
  const nowS = (): number => Math.floor(timeMs() / 1000)

  const changesOf = (contact: Contact): readonly Change[] => [
    {
      kind: 'put',
      key: contactKey(contact.state.account),
      value: encodeAs(row, { state: encodeAccountState(contact.state), alarm: contact.alarm }),
    },
  ]
  const keep = async (contact: Contact, more: readonly Change[] = []): Promise<void> => {
    await store.commit([...changesOf(contact), ...more])
    known.set(toHex(contact.state.account), contact)
  }

  const load = async (account: Uint8Array): Promise<Contact | undefined> => {
    const id = toHex(account)
    const before = known.get(id)
    if (before) return before
    const stored = await store.get(contactKey(account))
    if (!stored) return undefined
    const contact = readContact(stored)
    known.set(id, contact)
    return contact
  }

  const readLinks = async (account: Uint8Array, from: number): Promise<readonly SignedLink[]> => {
    const links: SignedLink[] = []
    for (;;) {
      const page = await call(operations.readChain, { account, from: from + links.length })
      links.push(...page.links)
      // A server that always has more is stopped by the bound of a chain, which the verifier holds it to.
      if (page.links.length < linksPerAnswerMax || from + links.length > chainLinksMax) return links
    }
  }

  /** The newest state that the server shows; undefined where it shows none that proves itself. */
  const refresh = async (account: Uint8Array): Promise<AccountState | undefined> => {
    const before = await load(account)
    if (!before) {
      const verdict = await verifyChain(provider, await readLinks(account, 0), nowS())
      if (verdict.kind === 'refused' || !equalBytes(verdict.value.account, account)) return undefined
      await keep({ state: verdict.value, alarm: false })
      return verdict.value
    }
    const links = await readLinks(account, before.state.seq + 1)
    if (links.length === 0) return before.state
    const verdict = await extendChain(provider, before.state, links, nowS())
    if (verdict.kind === 'refused') {
      // A link from the future says as much against the clock of this device as against the chain: later, then.
      if (verdict.rule !== 'CHAIN-13') await keep({ ...before, alarm: true })
      return before.state
    }
    await keep({ ...before, state: verdict.value })
    return verdict.value
  }

  const ensureOne = async ({ account, seq }: Need): Promise<void> => {
    const contact = await load(account)
    if (contact && contact.state.seq >= seq) return
    await refresh(account).catch((error: unknown) => {
      // That an account is unknown is an answer: whoever needs it will refuse what depends on it.
      if (!(error instanceof SottoError) || (error.code !== 'not_found' && error.code !== 'name_unknown'))
        throw error
    })
  }

  return {
    find: (account) => known.get(toHex(account)),
    load: async () => {
      const { from, to } = within('contact/')
      for (let start = from; ;) {
        const rows = await store.range(start, to, { limit: contactsPerReading })
        for (const { key, value } of rows) known.set(key.slice(from.length), readContact(value))
        const last = rows.at(-1)
        if (!last || rows.length < contactsPerReading) return
        start = `${last.key}0`
      }
    },
    hasAlarms: () => [...known.values()].some(({ alarm }) => alarm),
    ensure: async (needs) => {
      await Promise.all(needs.map(ensureOne))
    },
    named: async (name) => {
      const found = await call(operations.lookUpAccount, { name })
      const pinned = await store.get(nameKey(name))
      if (pinned && !equalBytes(pinned, found.account)) {
        const previous = await load(pinned)
        if (previous && !previous.alarm) await keep({ ...previous, alarm: true })
        throw new SottoError('identity_changed')
      }
      const state = await refresh(found.account)
      if (!state || state.name !== name)
        throw new SottoError('integrity', 'the chain does not prove the account')
      const contact = known.get(toHex(found.account))
      if (contact?.alarm) throw new SottoError('identity_changed')
      // The directory knows a longer chain than the one it shows: somebody is being kept from seeing its end.
      if (
        comparePin({ ...pinOf(state), seq: found.seq, head: found.head }, state).kind === 'identity_changed'
      )
        throw new SottoError('integrity', 'the chain is shorter than the directory says')
      if (!pinned) await store.commit([{ kind: 'put', key: nameKey(name), value: found.account }])
      return state
    },
    change: (state) => {
      const contact: Contact = { state, alarm: false }
      known.set(toHex(state.account), contact)
      return changesOf(contact)
    },
  }
}

const readContact = (stored: Uint8Array): Contact => {
  try {
    const { state, alarm } = decodeAs(row, stored)
    return { state: decodeAccountState(state), alarm }
  } catch {
    throw new SottoError('storage_damaged')
  }
}
