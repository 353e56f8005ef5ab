import { labelled } from './hash.ts'

/** Random bytes of whoever asks: an answer to them cannot be one that was given before. */
export const proofNonceBytes = 32

/**
 * What the log key signs to show that its server goes by a name (rule SRV-2). With the name in it, a stranger's server
 * under another name cannot have it signed by the real one.
 *
 * @param host name of the server as whoever asks has it, without port
 */
export const serverProofMessage = (nonce: Uint8Array, host: string): Uint8Array =>
  labelled('server-name', [nonce, host])
