import { type SignedLink, SottoError } from '@sotto/protocol'
import { type DeviceSigner, type SignatureLabel, signLabelled } from '../signing/labelled.ts'
import type { Verdict } from '../verdict.ts'

/** Signs the bytes of a link by each of its signers, in the order in which a verifier expects them. */
export const signLink = async (
  bytes: Uint8Array,
  signers: readonly (readonly [DeviceSigner, SignatureLabel])[],
): Promise<SignedLink> => {
  const signatures: Uint8Array[] = []
  for (const [signer, label] of signers) signatures.push(await signLabelled(signer, label, bytes))
  return { bytes, signatures }
}

/** Nothing is handed out that a receiver would refuse. @throws SottoError `bad_request` with the rule */
export const orThrow = <T>(verdict: Verdict<T>): T => {
  if (verdict.kind === 'ok') return verdict.value
  throw new SottoError('bad_request', `breaks ${verdict.rule}`, { rule: verdict.rule })
}
