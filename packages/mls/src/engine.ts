import type { CommitView } from './commitView.ts'
import type { LeafCheck } from './leafCheck.ts'
import type { Awaitable, Provider } from './provider.ts'
import type { RatchetLimits } from './ratchet.ts'
import { type Suite, suiteOf } from './suite.ts'

/**
 * What the engine cannot know and must not assume: who may be in a group and who may change it. Both are asked on
 * every path there is; there is no default that says yes.
 */
export interface Checks {
  readonly leaf: LeafCheck
  /**
   * The caller's say over a commit, after everything public about it was found valid: by the one who makes it, by
   * each member who receives it, by one who joins with it, and by a server that watches.
   *
   * @returns a reason to refuse, undefined to accept
   */
  commit(view: CommitView): Awaitable<string | undefined>
}

export interface EngineLimits extends RatchetLimits {
  readonly leavesMax: number
  /** Epochs whose message keys are kept after a commit. With 0, what comes late is lost, to an intruder as well. */
  readonly pastEpochsMax: number
  readonly commitProposalsMax: number
  readonly commitAddsMax: number
  readonly pendingProposalsMax: number
  readonly messageBytesMax: number
}

/** The capabilities that every operation is given. State holds none of them. */
export interface Engine {
  readonly provider: Provider
  readonly suite: Suite
  readonly checks: Checks
  readonly limits: EngineLimits
}

export const defaultLimits: EngineLimits = {
  leavesMax: 8192,
  pastEpochsMax: 0,
  commitProposalsMax: 256,
  commitAddsMax: 64,
  pendingProposalsMax: 256,
  messageBytesMax: 32 * 1024 * 1024,
  forwardStepsMax: 200,
  skippedKeysMax: 200,
  skippedGenerationsMax: 1000,
}

/** @throws MlsError `unsupported` for an unknown cipher suite */
export const makeEngine = (
  provider: Provider,
  suiteId: number,
  checks: Checks,
  limits: Partial<EngineLimits> = {},
): Engine => ({ provider, suite: suiteOf(suiteId), checks, limits: { ...defaultLimits, ...limits } })
