import { equalBytes, H, limits, type SignedLink } from '@sotto/protocol'
import type { Rule } from '../rules.ts'
import { type Signatures, verifyLabelled } from '../signing/labelled.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'
import { type AccountState, chainLinksMax } from './accountState.ts'
import { type Link, parseLink } from './link.ts'
import { founded, genesisSigners } from './links/genesis.ts'
import type { Signer } from './links/linkKind.ts'
import { kindOf } from './links/table.ts'

const noHash = new Uint8Array(32)

type Verifier = Pick<Signatures, 'verify'>

/**
 * How far the time of a link may be ahead of the clock of whoever verifies it: the leeway for clocks that disagree.
 * Without an end of it, whoever holds one device could date its revocation so far ahead that it never counts, and
 * everything that the account says afterwards as well.
 */
export const linkTimeAheadMaxS = limits.leafGraceHours * 3600

/**
 * Verifies the chain of an account from its first link (CHAIN-1 to CHAIN-14). A chain names its
 * account itself: compare `value.account` with the one that was asked for.
 *
 * @param nowS the clock of whoever verifies, in seconds
 */
export const verifyChain = async (
  provider: Verifier,
  links: readonly SignedLink[],
  nowS: number,
): Promise<Verdict<AccountState>> => {
  const [first, ...rest] = links
  if (!first) return refused('CHAIN-2')
  const genesis = await begin(provider, first, nowS)
  return genesis.kind === 'ok' ? extendChain(provider, genesis.value, rest, nowS) : genesis
}

/** Verifies further links of a chain. A refusal leaves nothing behind: the state before stays what is known. */
export const extendChain = async (
  provider: Verifier,
  state: AccountState,
  links: readonly SignedLink[],
  nowS: number,
): Promise<Verdict<AccountState>> => {
  let at = state
  for (const link of links) {
    const next = await append(provider, at, link, nowS)
    if (next.kind === 'refused') return next
    at = next.value
  }
  return accepted(at)
}

const begin = async (
  provider: Verifier,
  signed: SignedLink,
  nowS: number,
): Promise<Verdict<AccountState>> => {
  const read = parseLink(signed)
  if (read.kind === 'refused') return read
  const { account, seq, previousHash, timeS, body } = read.value
  if (body.kind !== 'genesis' || account !== null || seq !== 0 || !equalBytes(previousHash, noHash))
    return refused('CHAIN-2')
  if (timeS > nowS + linkTimeAheadMaxS) return refused('CHAIN-13')
  const first = founded(body, H(signed.bytes), timeS)
  if (first.kind === 'refused') return first
  return (await isSignedBy(provider, signed, genesisSigners(body))) ? first : refused('CHAIN-5')
}

const append = async (
  provider: Verifier,
  state: AccountState,
  signed: SignedLink,
  nowS: number,
): Promise<Verdict<AccountState>> => {
  const read = parseLink(signed)
  if (read.kind === 'refused') return read
  const { body, seq, timeS } = read.value
  if (body.kind === 'genesis') return refused('CHAIN-2')
  const misplaced = placeRule(state, read.value)
  if (misplaced) return refused(misplaced)
  if (timeS > nowS + linkTimeAheadMaxS) return refused('CHAIN-13')
  const kind = kindOf(body)
  const next = kind.step(state, body, { seq, timeS })
  if (next.kind === 'refused') return next
  const ways = kind.signersOf(state, body)
  const signatures = await Promise.all(ways.map((signers) => isSignedBy(provider, signed, signers)))
  if (!signatures.includes(true)) return refused('CHAIN-5')
  const head = H(signed.bytes)
  return accepted({
    ...next.value,
    seq,
    head,
    heads: [...state.heads, head],
    timeS,
  })
}

/** Whether the link stands where it says it does. */
const placeRule = (state: AccountState, link: Link): Rule | undefined => {
  if (!link.account || !equalBytes(link.account, state.account)) return 'CHAIN-2'
  if (link.seq !== state.seq + 1 || !equalBytes(link.previousHash, state.head)) return 'CHAIN-3'
  if (link.timeS < state.timeS) return 'CHAIN-4'
  if (link.seq >= chainLinksMax) return 'CHAIN-12'
  return undefined
}

/** Over the bytes as received: they are never encoded anew before they are verified. */
const isSignedBy = async (
  provider: Verifier,
  { bytes, signatures }: SignedLink,
  signers: readonly Signer[],
): Promise<boolean> => {
  if (signatures.length !== signers.length) return false
  for (const [at, [publicKey, label]] of signers.entries()) {
    const holds = await verifyLabelled(provider, publicKey, label, bytes, signatures[at] as Uint8Array)
    if (!holds) return false
  }
  return true
}
