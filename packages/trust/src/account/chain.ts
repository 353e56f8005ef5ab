import { isEncryptionKey } from '@sotto/mls/public'
import { equalBytes, H, limits, normalizeName, type SignedLink, toHex } from '@sotto/protocol'
import { parsed } from '../encoding/parsed.ts'
import type { Rule } from '../rules.ts'
import { type SignatureLabel, type Signatures, verifyLabelled } from '../signing/labelled.ts'
import { accepted, refused, type Verdict } from '../verdict.ts'
import {
  type AccountDevice,
  type AccountState,
  activeDevices,
  chainLinksMax,
  deviceOf,
} from './accountState.ts'
import { type DeviceCertificate, isIssuable } from './deviceCertificate.ts'
import { type Link, parseLink } from './link.ts'

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
  const { identityKey, name, certificate } = body
  const broken = certificateRule(certificate, timeS, [identityKey]) ?? nameRule(name)
  if (broken) return refused(broken)
  const signers: readonly Signer[] = [
    [identityKey, 'chain-identity'],
    [certificate.signingKey, 'chain-device'],
  ]
  if (!(await isSignedBy(provider, signed, signers))) return refused('CHAIN-5')
  const id = H(signed.bytes)
  const device: AccountDevice = { certificate, addedSeq: 0, status: { kind: 'active' } }
  return accepted({
    account: id,
    seq: 0,
    head: id,
    identityKey,
    identityKeys: [identityKey],
    name,
    devices: new Map([[toHex(certificate.device), device]]),
    heads: [id],
    timeS,
  })
}

const append = async (
  provider: Verifier,
  state: AccountState,
  signed: SignedLink,
  nowS: number,
): Promise<Verdict<AccountState>> => {
  const read = parseLink(signed)
  if (read.kind === 'refused') return read
  const link = read.value
  const misplaced = placeRule(state, link)
  if (misplaced) return refused(misplaced)
  if (link.timeS > nowS + linkTimeAheadMaxS) return refused('CHAIN-13')
  const next = step(state, link)
  if (next.kind === 'refused') return next
  const ways = signersOf(state, link)
  const signatures = await Promise.all(ways.map((signers) => isSignedBy(provider, signed, signers)))
  if (!signatures.includes(true)) return refused('CHAIN-5')
  const head = H(signed.bytes)
  return accepted({
    ...next.value,
    seq: link.seq,
    head,
    heads: [...state.heads, head],
    timeS: link.timeS,
  })
}

/** Whether the link stands where it says it does. */
const placeRule = (state: AccountState, link: Link): Rule | undefined => {
  if (link.body.kind === 'genesis' || !link.account || !equalBytes(link.account, state.account))
    return 'CHAIN-2'
  if (link.seq !== state.seq + 1 || !equalBytes(link.previousHash, state.head)) return 'CHAIN-3'
  if (link.timeS < state.timeS) return 'CHAIN-4'
  if (link.seq >= chainLinksMax) return 'CHAIN-12'
  return undefined
}

/** What the account is after the link, but for its place in the chain. */
const step = (state: AccountState, { body, seq, timeS }: Link): Verdict<AccountState> => {
  switch (body.kind) {
    case 'genesis':
      return refused('CHAIN-2')
    case 'add_device': {
      const { certificate } = body
      const broken = certificateRule(certificate, timeS, keysOf(state))
      if (broken) return refused(broken)
      if (deviceOf(state, certificate.device)) return refused('CHAIN-7')
      if (activeDevices(state, timeS).length >= limits.devicesPerAccountMax) return refused('CHAIN-8')
      return accepted(withDevice(state, { certificate, addedSeq: seq, status: { kind: 'active' } }))
    }
    case 'revoke_device': {
      const device = deviceOf(state, body.device)
      if (device?.status.kind !== 'active') return refused('CHAIN-9')
      const { reason } = body
      return accepted(withDevice(state, { ...device, status: { kind: 'revoked', seq, timeS, reason } }))
    }
    case 'rotate_identity':
      if (keysOf(state).some((key) => equalBytes(key, body.identityKey))) return refused('CHAIN-10')
      return accepted({
        ...state,
        identityKey: body.identityKey,
        identityKeys: [...state.identityKeys, body.identityKey],
      })
    case 'set_name': {
      const broken = nameRule(body.name)
      return broken ? refused(broken) : accepted({ ...state, name: body.name })
    }
  }
}

const withDevice = (state: AccountState, device: AccountDevice): AccountState => ({
  ...state,
  devices: new Map([...state.devices, [toHex(device.certificate.device), device]]),
})

/** The keys that the account has ever used for signing; none of them serves a second purpose, or a second time. */
const keysOf = (state: AccountState): readonly Uint8Array[] => [
  ...state.identityKeys,
  ...[...state.devices.values()].map(({ certificate }) => certificate.signingKey),
]

const certificateRule = (
  certificate: DeviceCertificate,
  timeS: number,
  taken: readonly Uint8Array[],
): Rule | undefined => {
  if (!isIssuable(certificate, timeS)) return 'CHAIN-6'
  if (taken.some((key) => equalBytes(key, certificate.signingKey))) return 'CHAIN-7'
  return isEncryptionKey('MLKEM768-X25519', certificate.sealingKey) ? undefined : 'CHAIN-14'
}

const nameRule = (name: string): Rule | undefined =>
  parsed(() => normalizeName(name)) === name ? undefined : 'CHAIN-11'

type Signer = readonly [publicKey: Uint8Array, label: SignatureLabel]

/** Who has to sign a link; one way of signing it is enough. */
const signersOf = (state: AccountState, { body }: Link): readonly (readonly Signer[])[] => {
  const identity: Signer = [state.identityKey, 'chain-identity']
  switch (body.kind) {
    case 'genesis':
      return []
    case 'add_device':
      return [[identity, [body.certificate.signingKey, 'chain-device']]]
    case 'revoke_device': {
      // A device may take itself out without the vault being opened: signing out must always be possible.
      const device = deviceOf(state, body.device)
      return device ? [[identity], [[device.certificate.signingKey, 'chain-device']]] : [[identity]]
    }
    case 'rotate_identity':
      return [[identity, [body.identityKey, 'chain-successor']]]
    case 'set_name':
      return [[identity]]
  }
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
