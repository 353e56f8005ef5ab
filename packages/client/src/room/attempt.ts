import { type Engine, hybridSuiteId, makeEngine, MlsError } from '@sotto/mls'
import { limits, SottoError, toHex } from '@sotto/protocol'
import { type Authorization, authorize, identityOf, roomChecks } from '@sotto/trust'
import type { Need } from '../account/contacts.ts'
import type { Tools } from './tools.ts'

/**
 * What came of a use of the engine that had to judge other people's leaves and commits. Their accounts may not be
 * known yet, or not up to their newest links: then nothing has happened, and the same is tried again when they are.
 */
export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T; readonly authorization: Allowed | null }
  | { readonly kind: 'needs'; readonly needs: readonly Need[] }
  /** The rules do not allow it; `rule` is an id of docs/spec/trust.md, or the engine's own code. */
  | { readonly kind: 'refused'; readonly rule: string }

export type Allowed = Extract<Authorization, { kind: 'allowed' }>

/** Accounts, in hex, that have been asked for already: what is still missing then does not exist. */
export type Asked = ReadonlySet<string>

export const askedNobody: Asked = new Set()

const engineLimits = { leavesMax: limits.treeWidthMax, commitAddsMax: limits.addsPerCommitMax }

/**
 * Runs `work` with an engine that asks the rules of rooms about every leaf and every commit, on every path
 * (LEAF-1 to LEAF-11, C0 to C8).
 *
 * @param timeS the log's time of what is judged; the server's time now, for what is not in a log yet
 */
export const attempt = async <T>(
  tools: Tools,
  timeS: number,
  asked: Asked,
  work: (engine: Engine) => Promise<T>,
): Promise<Attempt<T>> => {
  const missing = new Map<string, Need>()
  /** Everyone who was judged by what is known: a refusal may come of knowing too little. */
  const judged = new Map<string, Need>()
  const found: { authorization: Allowed | null; rule: string | null } = { authorization: null, rule: null }
  const lookup = (account: Uint8Array) => tools.find(account)?.state
  /** Whose leaf is taken out is judged, too: that it is dead may stand in a link that is not known here yet. */
  const lookupNoted = (account: Uint8Array) => {
    const state = lookup(account)
    isKnown(account, state?.seq ?? 0)
    return state
  }

  /** Whether the account is known up to this link; if not, that is noted. */
  const isKnown = (account: Uint8Array, seq: number): boolean => {
    const id = toHex(account)
    if (asked.has(id)) return true
    const state = lookup(account)
    if (!state || state.seq < seq) missing.set(id, { account, seq })
    else judged.set(id, { account, seq: state.seq + 1 })
    return !missing.has(id)
  }
  const refuse = (rule: string): string => (found.rule ??= rule)

  const checks = roomChecks(tools.provider, lookup, () => timeS)
  const engine = makeEngine(
    tools.provider,
    hybridSuiteId,
    {
      leaf: async (leaf, use) => {
        const identity = identityOf(leaf)
        // Let pass for now: all that is missing is collected in one attempt, and its result is thrown away.
        if (identity && !isKnown(identity.account, identity.chainSeq)) return undefined
        const rule = await checks.leaf(leaf, use)
        return rule && refuse(rule)
      },
      commit: async (view) => {
        const verdict = await authorize(view, lookupNoted, tools.provider, timeS)
        if (verdict.kind === 'refused') return missing.size > 0 ? undefined : refuse(verdict.rule)
        found.authorization = verdict
        return undefined
      },
    },
    engineLimits,
  )

  try {
    const value = await work(engine)
    return missing.size > 0
      ? { kind: 'needs', needs: [...missing.values()] }
      : { kind: 'done', value, authorization: found.authorization }
  } catch (error) {
    // A policy of our own making that nobody would accept.
    const broken =
      error instanceof SottoError && error.code === 'bad_request' ? error.detail['rule'] : undefined
    if (typeof broken === 'string') return { kind: 'refused', rule: broken }
    if (!(error instanceof MlsError)) throw error
    if (missing.size > 0) return { kind: 'needs', needs: [...missing.values()] }
    if (found.rule !== null && judged.size > 0) return { kind: 'needs', needs: [...judged.values()] }
    return { kind: 'refused', rule: found.rule ?? `mls:${error.code}` }
  }
}

/** The same for what asks nobody: encryption, exports. @throws MlsError */
export const engineWithoutChecks = (tools: Tools): Engine =>
  makeEngine(
    tools.provider,
    hybridSuiteId,
    { leaf: () => 'nothing is judged here', commit: () => 'nothing is judged here' },
    engineLimits,
  )
