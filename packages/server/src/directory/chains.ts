import {
  type ChainEnd,
  type handBackLinks,
  type InputOf,
  normalizeName,
  type OutputOf,
  type readChain,
  type readChains,
  type SignedLink,
  SottoError,
} from '@sotto/protocol'
import {
  type AccountState,
  activeDevices,
  encodeAccountState,
  extendChain,
  linkTimeSkewMaxS,
} from '@sotto/trust'
import type { Provider } from '@sotto/mls/public'
import { nameToGive } from '../authentication/nameToGive.ts'
import type { Caller, Sessions } from '../authentication/sessions.ts'
import type { HeavyWork } from '../budget/heavyWork.ts'
import { accountKey } from '../budget/work.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { LogKey } from '../delivery/logKey.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeRate } from '../rate.ts'
import type { Accounts } from './accounts.ts'
import type { DeviceCaller } from './keyPackages.ts'
import type { DirectoryStore } from './store.ts'

export interface Chains {
  lookUp(caller: Caller, name: string): Promise<ChainEnd>
  read(caller: Caller, account: Uint8Array, from: number): Promise<OutputOf<typeof readChain>>
  /** Of the first, then of the others while they fit into one answer; null where there is none. */
  readMany(asked: InputOf<typeof readChains>['asked']): Promise<OutputOf<typeof readChains>['chains']>
  /** How far each goes. */
  ends(accounts: readonly Uint8Array[]): Promise<readonly (number | null)[]>
  append(caller: Caller, link: SignedLink): Promise<Omit<ChainEnd, 'account'>>
  /** Takes back what this server has lost of anybody's chain and had signed for. */
  handBack(
    caller: DeviceCaller,
    input: InputOf<typeof handBackLinks>,
  ): Promise<OutputOf<typeof handBackLinks>>
}

interface Dependencies {
  readonly store: Pick<DirectoryStore, 'accountNamed' | 'links' | 'extendChain'>
  readonly accounts: Accounts
  readonly sessions: Pick<Sessions, 'announceEnd'>
  /** Tells those who share a room with one of these devices. */
  announce(after: AccountState, devices: readonly Uint8Array[]): void
  readonly provider: Provider
  readonly heavy: HeavyWork
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly logKey: Pick<LogKey, 'receipt' | 'hasReceipted'>
  readonly log: EventLog
}

const minuteS = 60

type ChainPage = OutputOf<typeof readChain>

const bytesOf = ({ links }: ChainPage): number =>
  links.reduce(
    (sum, { bytes, signatures }) => signatures.reduce((all, one) => all + one.length, sum + bytes.length),
    0,
  )

/** A session without a device has shown a password only: it sees its own account and nobody else's. */
const refuseStranger = (caller: Caller, account: Uint8Array): void => {
  if (caller.device === null && Buffer.compare(caller.account, account) !== 0)
    throw new SottoError('forbidden')
}

const nowS = (clock: Clock): number => Math.floor(clock.nowMs() / 1000)

const extended = async (
  { provider, heavy, clock }: Dependencies,
  caller: Caller,
  before: AccountState,
  link: SignedLink,
): Promise<AccountState> => {
  const verdict = await heavy.run(accountKey(caller.account), () =>
    extendChain(provider, before, [link], nowS(clock)),
  )
  if (verdict.kind === 'refused') throw new SottoError('policy', undefined, { rule: verdict.rule })
  return verdict.value
}

/** Stores the link that leads from one state to the other, and ends what it ends. */
const keep = async (
  { store, accounts, sessions, announce, clock, log }: Dependencies,
  before: AccountState,
  link: SignedLink,
  after: AccountState,
): Promise<void> => {
  const active = new Set(activeDevices(after, after.timeS).map((one) => one.certificate))
  const revoked = activeDevices(before, after.timeS)
    .filter(({ certificate }) => !active.has(certificate))
    .map(({ certificate }) => certificate.device)
  const added = [...after.devices]
    .filter(([id]) => !before.devices.has(id))
    .map(([, { certificate }]) => certificate.device)
  const outcome = await store.extendChain({
    account: after.account,
    seq: after.seq,
    link,
    name: after.name,
    state: encodeAccountState(after),
    added,
    revoked,
    nowMs: clock.nowMs(),
  })
  switch (outcome.kind) {
    case 'conflict':
      throw new SottoError('policy', undefined, { rule: 'CHAIN-3' })
    case 'name_taken':
    case 'name_alike':
      throw new SottoError(outcome.kind)
    case 'extended':
      accounts.renew(after)
      sessions.announceEnd(outcome.endedSessions)
      announce(
        after,
        [...before.devices.values()].map(({ certificate }) => certificate.device),
      )
      log.info('chain_extended', { account: after.account, count: after.seq })
  }
}

export const makeChains = (dependencies: Dependencies): Chains => {
  const { store, accounts, clock, limits, logKey } = dependencies
  const rate = makeRate(clock, { perSecond: limits.healsPerMinute / minuteS, burst: limits.healsPerMinute })

  const stateOf = async (account: Uint8Array) => {
    const state = await accounts.state(account)
    if (!state) throw new SottoError('not_found')
    return state
  }

  const append: Chains['append'] = async (caller, link) => {
    const before = await stateOf(caller.account)
    const after = await extended(dependencies, caller, before, link)
    if (Math.abs(after.timeS - nowS(clock)) > linkTimeSkewMaxS)
      throw new SottoError('bad_request', 'the clock is wrong', { timeMs: clock.nowMs() })
    if (after.name !== before.name) nameToGive(after.name)
    await keep(dependencies, before, link, after)
    return { seq: after.seq, head: after.head }
  }

  const handBack: Chains['handBack'] = async (caller, { account, links, receipt }) => {
    rate.take(Buffer.from(caller.device).toString('latin1'))
    const steps: {
      readonly before: AccountState
      readonly link: SignedLink
      readonly after: AccountState
    }[] = []
    let end = await stateOf(account)
    for (const link of links) {
      const before = end
      end = await extended(dependencies, caller, before, link)
      steps.push({ before, link, after: end })
    }
    // A link that was never taken could be dated back, to before what its device has done since (_Time_).
    if (!logKey.hasReceipted(end, receipt)) throw new SottoError('forbidden')
    for (const { before, link, after } of steps) await keep(dependencies, before, link, after)
    return { seq: end.seq }
  }

  const pageOf = async (state: AccountState, from: number): Promise<ChainPage> => {
    const links = await store.links(state.account, from, limits.chainLinksPerAnswerMax)
    // What has come meanwhile is behind the end that is signed for.
    return { links: links.slice(0, Math.max(0, state.seq + 1 - from)), receipt: logKey.receipt(state) }
  }

  return {
    lookUp: async (caller, name) => {
      if (caller.device === null) throw new SottoError('forbidden')
      const found = await store.accountNamed(normalizeName(name))
      if (!found) throw new SottoError('name_unknown')
      const { account, seq, head } = await stateOf(found.account)
      return { account, seq, head }
    },
    read: async (caller, account, from) => {
      refuseStranger(caller, account)
      return pageOf(await stateOf(account), from)
    },
    readMany: async (asked) => {
      const pages: (ChainPage | null)[] = []
      let bytes = 0
      for (const { account, from } of asked) {
        const state = await accounts.state(account)
        const page = state ? await pageOf(state, from) : null
        bytes += page ? bytesOf(page) : 0
        if (pages.length > 0 && bytes > limits.chainsPerAnswerBytesMax) return pages
        pages.push(page)
      }
      return pages
    },
    ends: async (asked) => {
      const seqs: (number | null)[] = []
      for (const account of asked) seqs.push((await accounts.state(account))?.seq ?? null)
      return seqs
    },
    append,
    handBack,
  }
}
