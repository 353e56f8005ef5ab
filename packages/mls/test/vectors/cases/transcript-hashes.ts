import assert from 'node:assert/strict'
import { decodeAuthenticatedContent } from '../../../src/authenticatedContent.ts'
import { decode } from '../../../src/codec.ts'
import { verifyConfirmation } from '../../../src/keySchedule.ts'
import { confirmedTranscriptHash, interimTranscriptHash } from '../../../src/transcript.ts'
import { cryptoOf } from '../cryptoOf.ts'
import { fromHex, toHex, vectorFile } from '../vectorFile.ts'

interface TranscriptHashesCase {
  readonly cipher_suite: number
  readonly confirmation_key: string
  readonly authenticated_content: string
  readonly interim_transcript_hash_before: string
  readonly confirmed_transcript_hash_after: string
  readonly interim_transcript_hash_after: string
}

export const transcriptHashes = vectorFile<TranscriptHashesCase>('transcript-hashes.json', (vector) => {
  const crypto = cryptoOf(vector.cipher_suite)
  const commit = decode(decodeAuthenticatedContent, fromHex(vector.authenticated_content))
  const { signature, confirmationTag } = commit.auth
  assert(confirmationTag)

  const before = fromHex(vector.interim_transcript_hash_before)
  const confirmed = confirmedTranscriptHash(crypto, before, commit, signature)
  assert.equal(toHex(confirmed), vector.confirmed_transcript_hash_after)
  verifyConfirmation(crypto, fromHex(vector.confirmation_key), confirmed, confirmationTag)
  const interim = interimTranscriptHash(crypto, confirmed, confirmationTag)
  assert.equal(toHex(interim), vector.interim_transcript_hash_after)
})
