import type { Provider } from '@sotto/mls'
import {
  accountIdBytes,
  blob,
  boolean,
  decodeAs,
  encodeAs,
  equalBytes,
  fromHex,
  type InputOf,
  labelledHash,
  limits,
  list,
  type Operation,
  operations,
  type OutputOf,
  receiptValue,
  type SignedLink,
  signedLink,
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
import { isTransient } from '../transient.ts'
import { everyReading, readableAt, readableRows } from '../database/readings.ts'
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
  /**
   * Fetches anew what could not be read when everyone was loaded.
   *
   * @returns whether there was any
   * @throws what the transport throws
   */
  mend(): Promise<boolean>
  /** Whether any account is under suspicion; most of the time none is. */
  hasAlarms(): boolean
  /** Loads accounts from the store and, where that is not enough, from the server. @throws what the transport throws */
  ensure(needs: readonly Need[]): Promise<void>
  /**
   * The account that has this name now, with its newest chain.
   * @throws SottoError `name_unknown`, `identity_changed` when another account had the name before, `integrity`
   */
  named(name: string): Promise<AccountState>
  /**
   * Sees to it that the server knows what is known here of everyone: one that was restored from a copy may have lost
   * links that it had taken. What it refuses is left.
   *
   * @returns whether it has taken any
   * @throws SottoError what passes by itself
   */
  handBack(): Promise<boolean>
  /** Another number whenever anything was learned since. */
  version(): number
  /** Verified by this device itself. */
  change(state: AccountState): readonly Change[]
}

/** A contact as it is known from now on, and the rows of its links. */
interface Learned {
  readonly contact: Contact
  readonly chain: readonly Change[]
}

interface Chain {
  readonly links: readonly SignedLink[]
  readonly receipt: Uint8Array
}

/** A state as `trust` writes it, with a version of its own. */
export const contactRow = struct({ state: blob(1 << 20), alarm: boolean })
export const contactKey = (account: Uint8Array): string => `contact/${toHex(account)}`
/** The links of a chain behind its first as the server gave them, and its receipt for the last of them. */
export const chainRow = struct({ links: list(signedLink, chainLinksMax), receipt: receiptValue })
const chainKey = (account: Uint8Array): string => `chain/${toHex(account)}`
/** Names are people's own; the key holds a hash. */
const nameKey = (name: string): string => `name/${toHex(labelledHash('name', name))}`

/** More are asked for together: a room of many people would be as many questions otherwise. */
const askedOneByOneMax = 8

/** @param timeMs the server's clock, as far as it is known */
export const openContacts = (
  store: Store,
  provider: Pick<Provider, 'verify'>,
  call: Call,
  timeMs: () => number,
): Contacts => {
  const known = new Map<string, Contact>()
  /** Accounts of whose rows nothing could be read, in hex. */
  const damaged = new Set<string>()
  let version = 0
  const nowS = (): number => Math.floor(timeMs() / 1000)

  const changesOf = (contact: Contact): readonly Change[] => [
    {
      kind: 'put',
      key: contactKey(contact.state.account),
      value: encodeAs(contactRow, { state: encodeAccountState(contact.state), alarm: contact.alarm }),
    },
  ]
  const keepAll = async (learned: readonly Learned[]): Promise<void> => {
    if (learned.length === 0) return
    await store.commit(learned.flatMap(({ contact, chain }) => [...changesOf(contact), ...chain]))
    for (const { contact } of learned) known.set(toHex(contact.state.account), contact)
    version += 1
  }
  const keep = (contact: Contact): Promise<void> => keepAll([{ contact, chain: [] }])

  const load = async (account: Uint8Array): Promise<Contact | undefined> => {
    const id = toHex(account)
    const before = known.get(id)
    if (before) return before
    const stored = await readableAt(store, contactKey(account))
    const contact = stored && readContact(stored)
    if (!contact) return undefined
    known.set(id, contact)
    return contact
  }

  const readLinks = async (account: Uint8Array, from: number): Promise<Chain> => {
    const links: SignedLink[] = []
    for (;;) {
      const page = await call(operations.readChain, { account, from: from + links.length })
      links.push(...page.links)
      // A server that always has more is stopped by the bound of a chain, which the verifier holds it to.
      if (page.links.length < limits.chainLinksPerAnswerMax || from + links.length > chainLinksMax)
        return { links, receipt: page.receipt }
    }
  }

  const keptChain = async (account: Uint8Array): Promise<Chain | undefined> => {
    const stored = await readableAt(store, chainKey(account))
    return stored && readChain(stored)
  }
  /** What is kept of a chain that ends at `seq`, once these links have been verified; nothing where some are not known. */
  const chainChanges = async (account: Uint8Array, seq: number, { links, receipt }: Chain) => {
    const before = (await keptChain(account))?.links ?? []
    const all = links.length > seq ? links.slice(1) : [...before, ...links]
    if (seq === 0 || all.length !== seq) return []
    return [
      { kind: 'put' as const, key: chainKey(account), value: encodeAs(chainRow, { links: all, receipt }) },
    ]
  }

  /** What the links that the server shows, from the first one that is not known on, say of an account. */
  const judge = async (
    account: Uint8Array,
    before: Contact | undefined,
    chain: Chain,
  ): Promise<Learned | undefined> => {
    if (!before) {
      const verdict = await verifyChain(provider, chain.links, nowS())
      if (verdict.kind === 'refused' || !equalBytes(verdict.value.account, account)) return undefined
      return {
        contact: { state: verdict.value, alarm: false },
        chain: await chainChanges(account, verdict.value.seq, chain),
      }
    }
    if (chain.links.length === 0) return undefined
    const verdict = await extendChain(provider, before.state, chain.links, nowS())
    if (verdict.kind === 'refused')
      // A link from the future says as much against the clock of this device as against the chain: later, then.
      return verdict.rule === 'CHAIN-13' ? undefined : { contact: { ...before, alarm: true }, chain: [] }
    return {
      contact: { ...before, state: verdict.value },
      chain: await chainChanges(account, verdict.value.seq, chain),
    }
  }

  const nextOf = (contact: Contact | undefined): number => (contact ? contact.state.seq + 1 : 0)

  /** The newest state that the server shows; undefined where it shows none that proves itself. */
  const refresh = async (account: Uint8Array): Promise<AccountState | undefined> => {
    const before = await load(account)
    const learned = await judge(account, before, await readLinks(account, nextOf(before)))
    if (learned) await keepAll([learned])
    return (learned?.contact ?? before)?.state
  }

  /** The same for many, with few questions and few writes. @returns those that are left to be asked for */
  const refreshSome = async (accounts: readonly Uint8Array[]): Promise<readonly Uint8Array[]> => {
    const asked = accounts.slice(0, limits.chainEndsPerAnswerMax)
    const contacts = await Promise.all(asked.map(load))
    const { chains } = await call(operations.readChains, {
      asked: asked.map((account, at) => ({ account, from: nextOf(contacts[at]) })),
    })
    // A server that answers nothing would be asked without end.
    if (chains.length === 0) throw new SottoError('integrity', 'an answer with none of the chains')
    const learned: Learned[] = []
    for (const [at, account] of asked.slice(0, chains.length).entries()) {
      const chain = chains[at]
      if (!chain) continue
      const isWhole = chain.links.length < limits.chainLinksPerAnswerMax
      const one = isWhole ? await judge(account, contacts[at], chain) : undefined
      if (one) learned.push(one)
      if (!isWhole) await refresh(account)
    }
    await keepAll(learned)
    return accounts.slice(Math.min(chains.length, asked.length))
  }

  const handBackOne = async (account: Uint8Array, stored: Uint8Array): Promise<boolean> => {
    const { links, receipt } = readChain(stored) ?? noChain
    const shown = (await readLinks(account, 1)).links.length
    const lost = links.slice(shown)
    // The receipt is for the end of them: they cannot be handed back in parts.
    if (lost.length === 0 || lost.length > limits.chainLinksHandedBackMax) return false
    await call(operations.handBackLinks, { account, links: lost, receipt })
    return true
  }

  /** @throws SottoError `storage_damaged`: who had the name before is not known, and may have been another */
  const pinnedUnder = async (name: string): Promise<Uint8Array | undefined> => {
    const pinned = await store.get(nameKey(name))
    if (pinned && pinned.length !== accountIdBytes) throw new SottoError('storage_damaged')
    return pinned
  }

  const refreshIfThere = async (account: Uint8Array): Promise<void> => {
    await refresh(account).catch((error: unknown) => {
      // That an account is unknown is an answer: whoever needs it will refuse what depends on it.
      if (!(error instanceof SottoError) || (error.code !== 'not_found' && error.code !== 'name_unknown'))
        throw error
    })
  }

  return {
    find: (account) => known.get(toHex(account)),
    load: async () => {
      const folder = within('contact/')
      for await (const reading of everyReading(store, folder)) {
        const id = reading.key.slice(folder.from.length)
        const contact = reading.kind === 'row' ? readContact(reading.value) : undefined
        if (contact) known.set(id, contact)
        else damaged.add(id)
      }
    },
    mend: async () => {
      const lost = [...damaged]
      for (const id of lost) await refreshIfThere(fromHex(id, accountIdBytes))
      damaged.clear()
      return lost.length > 0
    },
    hasAlarms: () => [...known.values()].some(({ alarm }) => alarm),
    ensure: async (needs) => {
      const lacking: Uint8Array[] = []
      for (const { account, seq } of needs) {
        const contact = await load(account)
        if (!contact || contact.state.seq < seq) lacking.push(account)
      }
      if (lacking.length <= askedOneByOneMax) await Promise.all(lacking.map(refreshIfThere))
      else for (let rest: readonly Uint8Array[] = lacking; rest.length > 0;) rest = await refreshSome(rest)
    },
    named: async (name) => {
      const found = await call(operations.lookUpAccount, { name })
      const pinned = await pinnedUnder(name)
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
    version: () => version,
    handBack: async () => {
      const folder = within('chain/')
      let taken = false
      for (const { key, value } of await readableRows(store, folder)) {
        const account = fromHex(key.slice(folder.from.length), accountIdBytes)
        try {
          taken = (await handBackOne(account, value)) || taken
        } catch (error) {
          if (!(error instanceof SottoError) || isTransient(error)) throw error
        }
      }
      return taken
    },
    change: (state) => {
      const contact: Contact = { state, alarm: false }
      known.set(toHex(state.account), contact)
      version += 1
      return changesOf(contact)
    },
  }
}

/** Nothing that is needed here: what cannot be read is as if it had never been kept. */
const readChain = (stored: Uint8Array): Chain | undefined => {
  try {
    return decodeAs(chainRow, stored)
  } catch {
    return undefined
  }
}

const noChain: Chain = { links: [], receipt: new Uint8Array() }

/** Undefined where it cannot be read: its chain proves itself, so that it can be fetched anew. */
export const readContact = (stored: Uint8Array): Contact | undefined => {
  try {
    const { state, alarm } = decodeAs(contactRow, stored)
    return { state: decodeAccountState(state), alarm }
  } catch {
    return undefined
  }
}
