import { H, labelled } from './hash.ts'

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

/** What a session is called where its token must not be said: what the server keeps of it. */
export const sessionHash = (token: string): Uint8Array =>
  H(Uint8Array.from(token, (character) => character.charCodeAt(0)))

/** What the log key signs to show whether a session has ended (rule SES-12). @param session see `sessionHash` */
export const sessionProofMessage = (nonce: Uint8Array, session: Uint8Array, hasEnded: boolean): Uint8Array =>
  labelled('session', [nonce, session, hasEnded])
