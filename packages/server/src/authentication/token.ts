import { createHash, randomBytes } from 'node:crypto'

export interface Token {
  /** What the client shows: 256 random bits. */
  readonly text: string
  /** What the server keeps: who reads it cannot show the token. */
  readonly hash: Uint8Array
}

const tokenBytes = 32
const textOf = /^[A-Za-z0-9_-]{43}$/

const hashOf = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text, 'ascii').digest())

export const makeToken = (): Token => {
  const text = randomBytes(tokenBytes).toString('base64url')
  return { text, hash: hashOf(text) }
}

/** Undefined for what cannot be a token of ours. */
export const tokenHash = (text: string): Uint8Array | undefined =>
  textOf.test(text) ? hashOf(text) : undefined
