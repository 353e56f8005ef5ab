import { type Engine, hybridSuiteId, makeEngine, MlsError, type Provider } from '@sotto/mls/public'
import { SottoError, toHex } from '@sotto/protocol'
import { type AccountLookup, type AccountState, identityOf, roomChecks } from '@sotto/trust'
import { boundsOf } from './engineBounds.ts'
import type { ServerLimits } from '../configuration.ts'

/** The verified chain of an account at its newest head, as this server has it. */
export type AccountSource = (account: Uint8Array) => Promise<AccountState | undefined>

/** Judges what a device hands in at one moment: the time of the entry that it would become. */
export interface Court {
  /** Of a room: refuses with the id of the rule that a leaf or a commit breaks. */
  readonly engine: Engine
  readonly provider: Provider
  readonly nowS: number
  /** Runs a judgement of trust, which asks for chains and cannot wait for them, until it has all that exist. */
  judge<T>(judgement: (lookup: AccountLookup) => Promise<T>): Promise<T>
  /** What the engine has thrown, as the failure that the device is told. */
  failure(error: unknown): unknown
}

/** More accounts than a judgement can ask for: each round brings at least one. */
const roundsMax = 4096

export const makeCourt = (
  provider: Provider,
  accounts: AccountSource,
  limits: ServerLimits,
  nowS: number,
): Court => {
  const known = new Map<string, AccountState | undefined>()
  let brokenRule: string | undefined

  const fetch = async (account: Uint8Array): Promise<void> => {
    known.set(toHex(account), await accounts(account))
  }

  const judge: Court['judge'] = async (judgement) => {
    for (let round = 0; round < roundsMax; round++) {
      const missing: Uint8Array[] = []
      const outcome = await judgement((account) => {
        const key = toHex(account)
        if (!known.has(key)) missing.push(account)
        return known.get(key)
      })
      if (missing.length === 0) return outcome
      for (const account of missing) await fetch(account)
    }
    throw new SottoError('internal', 'a judgement that never has enough')
  }

  const lookupKnown: AccountLookup = (account) => known.get(toHex(account))
  const checks = roomChecks(provider, lookupKnown, () => nowS)
  const note = <R extends string>(rule: R | undefined): R | undefined => {
    brokenRule = rule ?? brokenRule
    return rule
  }

  const engine = makeEngine(
    provider,
    hybridSuiteId,
    {
      leaf: async (leaf, use) => {
        const identity = identityOf(leaf)
        if (identity && !known.has(toHex(identity.account))) await fetch(identity.account)
        return note(await checks.leaf(leaf, use))
      },
      commit: async (view) =>
        note(await judge((lookup) => roomChecks(provider, lookup, () => nowS).commit(view))),
    },
    boundsOf(limits),
  )

  return {
    engine,
    provider,
    nowS,
    judge,
    failure: (error) => {
      if (!(error instanceof MlsError)) return error
      const rule = error.code === 'refused_by_caller' ? brokenRule : undefined
      return new SottoError('policy', error.code, { rule: rule ?? error.code })
    },
  }
}
