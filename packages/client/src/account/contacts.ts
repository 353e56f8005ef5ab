import type { Provider } from '@sotto/mls'
import {
  accountIdBytes,
  equalBytes,
  fromHex,
  type InputOf,
  limits,
  type Operation,
  operations,
  type OutputOf,
  type SignedLink,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { type AccountState, chainLinksMax, comparePin, pinOf } from '@sotto/trust'
import { everyReading, readableRows } from '../database/readings.ts'
import { isTransient } from '../transient.ts'
import type { Change, Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'
import {
  type Chain,
  type Contact,
  contactChange,
  keptContact,
  nameChange,
  pinnedUnder,
  readChain,
  readContact,
} from './contactRows.ts'
import { judgeChain, type Learned } from './judgeChain.ts'

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

/** More are asked for together: a room of many people would be as many questions otherwise. */
const askedOneByOneMax = 8

interface Book {
  readonly store: Store
  readonly provider: Pick<Provider, 'verify'>
  readonly call: Call
  /** The server's clock, as far as it is known. */
  timeMs(): number
  /** Who has been loaded, by the account in hex. */
  readonly known: Map<string, Contact>
  /** Accounts of whose rows nothing could be read, in hex. */
  readonly damaged: Set<string>
  version: number
}

const keepAll = async (book: Book, learned: readonly Learned[]): Promise<void> => {
  if (learned.length === 0) return
  await book.store.commit(learned.flatMap(({ contact, chain }) => [contactChange(contact), ...chain]))
  for (const { contact } of learned) book.known.set(toHex(contact.state.account), contact)
  book.version += 1
}

/** Everyone who is known here. */
const loadAll = async ({ store, known, damaged }: Book): Promise<void> => {
  const folder = within('contact/')
  for await (const reading of everyReading(store, folder)) {
    const id = reading.key.slice(folder.from.length)
    const contact = reading.kind === 'row' ? readContact(reading.value) : undefined
    if (contact) known.set(id, contact)
    else damaged.add(id)
  }
}

const load = async ({ store, known }: Book, account: Uint8Array): Promise<Contact | undefined> => {
  const before = known.get(toHex(account))
  if (before) return before
  const contact = await keptContact(store, account)
  if (contact) known.set(toHex(account), contact)
  return contact
}

const readLinks = async ({ call }: Book, account: Uint8Array, from: number): Promise<Chain> => {
  const links: SignedLink[] = []
  for (;;) {
    const page = await call(operations.readChain, { account, from: from + links.length })
    links.push(...page.links)
    // A server that always has more is stopped by the bound of a chain, which the verifier holds it to.
    if (page.links.length < limits.chainLinksPerAnswerMax || from + links.length > chainLinksMax)
      return { links, receipt: page.receipt }
  }
}

const judge = (book: Book, account: Uint8Array, before: Contact | undefined, chain: Chain) =>
  judgeChain({ ...book, nowS: Math.floor(book.timeMs() / 1000) }, account, before, chain)

const nextOf = (contact: Contact | undefined): number => (contact ? contact.state.seq + 1 : 0)

/** The newest state that the server shows; undefined where it shows none that proves itself. */
const refresh = async (book: Book, account: Uint8Array): Promise<AccountState | undefined> => {
  const before = await load(book, account)
  const learned = await judge(book, account, before, await readLinks(book, account, nextOf(before)))
  if (learned) await keepAll(book, [learned])
  return (learned?.contact ?? before)?.state
}

/** The same for many, with few questions and few writes. @returns those that are left to be asked for */
const refreshSome = async (book: Book, accounts: readonly Uint8Array[]): Promise<readonly Uint8Array[]> => {
  const asked = accounts.slice(0, limits.chainEndsPerAnswerMax)
  const contacts = await Promise.all(asked.map((account) => load(book, account)))
  const { chains } = await book.call(operations.readChains, {
    asked: asked.map((account, at) => ({ account, from: nextOf(contacts[at]) })),
  })
  // A server that answers nothing would be asked without end.
  if (chains.length === 0) throw new SottoError('integrity', 'an answer with none of the chains')
  const learned: Learned[] = []
  for (const [at, account] of asked.slice(0, chains.length).entries()) {
    const chain = chains[at]
    if (!chain) continue
    const isWhole = chain.links.length < limits.chainLinksPerAnswerMax
    const one = isWhole ? await judge(book, account, contacts[at], chain) : undefined
    if (one) learned.push(one)
    if (!isWhole) await refresh(book, account)
  }
  await keepAll(book, learned)
  return accounts.slice(Math.min(chains.length, asked.length))
}

const refreshIfThere = async (book: Book, account: Uint8Array): Promise<void> => {
  await refresh(book, account).catch((error: unknown) => {
    // That an account is unknown is an answer: whoever needs it will refuse what depends on it.
    if (!(error instanceof SottoError) || (error.code !== 'not_found' && error.code !== 'name_unknown'))
      throw error
  })
}

const ensure = async (book: Book, needs: readonly Need[]): Promise<void> => {
  const lacking: Uint8Array[] = []
  for (const { account, seq } of needs) {
    const contact = await load(book, account)
    if (!contact || contact.state.seq < seq) lacking.push(account)
  }
  if (lacking.length <= askedOneByOneMax)
    await Promise.all(lacking.map((account) => refreshIfThere(book, account)))
  else for (let rest: readonly Uint8Array[] = lacking; rest.length > 0;) rest = await refreshSome(book, rest)
}

/** @throws SottoError `identity_changed` when another account had the name before */
const checkPin = async (book: Book, pinned: Uint8Array | undefined, found: Uint8Array): Promise<void> => {
  if (!pinned || equalBytes(pinned, found)) return
  const previous = await load(book, pinned)
  if (previous && !previous.alarm) await keepAll(book, [{ contact: { ...previous, alarm: true }, chain: [] }])
  throw new SottoError('identity_changed')
}

const named = async (book: Book, name: string): Promise<AccountState> => {
  const found = await book.call(operations.lookUpAccount, { name })
  const pinned = await pinnedUnder(book.store, name)
  await checkPin(book, pinned, found.account)
  const state = await refresh(book, found.account)
  if (!state || state.name !== name) throw new SottoError('integrity', 'the chain does not prove the account')
  if (book.known.get(toHex(found.account))?.alarm) throw new SottoError('identity_changed')
  // The directory knows a longer chain than the one it shows: somebody is being kept from seeing its end.
  if (comparePin({ ...pinOf(state), seq: found.seq, head: found.head }, state).kind === 'identity_changed')
    throw new SottoError('integrity', 'the chain is shorter than the directory says')
  if (!pinned) await book.store.commit([nameChange(name, found.account)])
  return state
}

const noChain: Chain = { links: [], receipt: new Uint8Array() }

const handBackOne = async (book: Book, account: Uint8Array, stored: Uint8Array): Promise<boolean> => {
  const { links, receipt } = readChain(stored) ?? noChain
  const shown = (await readLinks(book, account, 1)).links.length
  const lost = links.slice(shown)
  // The receipt is for the end of them: they cannot be handed back in parts.
  if (lost.length === 0 || lost.length > limits.chainLinksHandedBackMax) return false
  await book.call(operations.handBackLinks, { account, links: lost, receipt })
  return true
}

const handBack = async (book: Book): Promise<boolean> => {
  const folder = within('chain/')
  let taken = false
  for (const { key, value } of await readableRows(book.store, folder)) {
    const account = fromHex(key.slice(folder.from.length), accountIdBytes)
    try {
      taken = (await handBackOne(book, account, value)) || taken
    } catch (error) {
      if (!(error instanceof SottoError) || isTransient(error)) throw error
    }
  }
  return taken
}

/** @param timeMs the server's clock, as far as it is known */
export const openContacts = (
  store: Store,
  provider: Pick<Provider, 'verify'>,
  call: Call,
  timeMs: () => number,
): Contacts => {
  const book: Book = { store, provider, call, timeMs, known: new Map(), damaged: new Set(), version: 0 }
  return {
    find: (account) => book.known.get(toHex(account)),
    load: () => loadAll(book),
    mend: async () => {
      const lost = [...book.damaged]
      for (const id of lost) await refreshIfThere(book, fromHex(id, accountIdBytes))
      book.damaged.clear()
      return lost.length > 0
    },
    hasAlarms: () => [...book.known.values()].some(({ alarm }) => alarm),
    ensure: (needs) => ensure(book, needs),
    named: (name) => named(book, name),
    version: () => book.version,
    handBack: () => handBack(book),
    change: (state) => {
      const contact: Contact = { state, alarm: false }
      book.known.set(toHex(state.account), contact)
      book.version += 1
      return [contactChange(contact)]
    },
  }
}
