import { type SignedLink, SottoError, normalizeName } from '@sotto/protocol'
import { activeDevices, encodeAccountState, extendChain, linkTimeSkewMaxS } from '@sotto/trust'
import type { Provider } from '@sotto/mls/public'
import type { Caller, Sessions } from '../authentication/sessions.ts'
import type { Clock } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Accounts } from './accounts.ts'
import type { DirectoryStore } from './store.ts'

export interface Chains {
  lookUp(caller: Caller, name: string): Promise<{ account: Uint8Array; seq: number; head: Uint8Array }>
  read(caller: Caller, account: Uint8Array, from: number): Promise<readonly SignedLink[]>
  append(caller: Caller, link: SignedLink): Promise<{ seq: number; head: Uint8Array }>
}

interface Dependencies {
  readonly store: Pick<DirectoryStore, 'accountNamed' | 'links' | 'extendChain'>
  readonly accounts: Accounts
  readonly sessions: Pick<Sessions, 'announceEnd'>
  readonly provider: Provider
  readonly clock: Clock
  readonly log: EventLog
}

const linksPerPageMax = 500

/** A session without a device has shown a password only: it sees its own account and nobody else's. */
const refuseStranger = (caller: Caller, account: Uint8Array): void => {
  if (caller.device === null && Buffer.compare(caller.account, account) !== 0)
    throw new SottoError('forbidden')
}

export const makeChains = ({ store, accounts, sessions, provider, clock, log }: Dependencies): Chains => {
  const stateOf = async (account: Uint8Array) => {
    const state = await accounts.state(account)
    if (!state) throw new SottoError('not_found')
    return state
  }

  const append: Chains['append'] = async (caller, link) => {
    const before = await stateOf(caller.account)
    const nowMs = clock.nowMs()
    const nowS = Math.floor(nowMs / 1000)
    const verdict = await extendChain(provider, before, [link], nowS)
    if (verdict.kind === 'refused') throw new SottoError('policy', undefined, { rule: verdict.rule })
    const after = verdict.value
    if (Math.abs(after.timeS - nowS) > linkTimeSkewMaxS)
      throw new SottoError('bad_request', 'the clock is wrong', { timeMs: nowMs })
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
    })
    switch (outcome.kind) {
      case 'conflict':
        throw new SottoError('policy', undefined, { rule: 'CHAIN-3' })
      case 'name_taken':
        throw new SottoError('name_taken')
      case 'extended':
        accounts.renew(after)
        sessions.announceEnd(outcome.endedSessions)
        log.info('chain_extended', { account: after.account, count: after.seq })
        return { seq: after.seq, head: after.head }
    }
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
      const links = await store.links(account, from, linksPerPageMax)
      if (links.length === 0) await stateOf(account)
      return links
    },
    append,
  }
}
