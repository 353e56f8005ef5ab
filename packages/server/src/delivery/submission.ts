import {
  decode,
  decodeMessage,
  hybridSuiteId,
  type MessageHeader,
  MlsError,
  readMessage,
  suiteOf,
} from '@sotto/mls/public'
import {
  decodeEnvelope,
  type EntryKind,
  entryKinds,
  type Envelope,
  equalBytes,
  type Submission,
  SottoError,
} from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'
import { digest } from './digest.ts'

/** A message on its way into the log, parsed once. Nothing of it is authenticated but by whom it was handed in. */
export interface Incoming {
  readonly kind: 'app' | 'proposal' | 'commit'
  readonly entryKind: EntryKind
  /** A commit by which a device comes in from outside. */
  readonly isExternal: boolean
  /** The leaf that claims to have sent it; null where it is not said, or comes only with the commit. */
  readonly senderLeaf: number | null
  readonly epoch: number
  readonly envelope: Envelope
  readonly payload: Uint8Array
  readonly payloadHash: Uint8Array
  readonly aux: Uint8Array | null
  readonly auxHash: Uint8Array | null
}

type Framed = Extract<MessageHeader, { readonly authenticatedData: Uint8Array }>

const refuse = (why: string): never => {
  throw new SottoError('bad_request', why)
}

const tagBytes = suiteOf(hybridSuiteId).hashBytes

/**
 * Nobody here can tell whether a tag is right. One of another length is wrong for every member, and a commit with it
 * would stop the room.
 */
const hasTagsOfSuite = (bytes: Uint8Array): boolean => {
  const read = decode(decodeMessage, bytes)
  if (read.kind !== 'public') return true
  const { membershipTag, authenticated } = read.message
  return [membershipTag, authenticated.auth.confirmationTag].every(
    (tag) => tag === undefined || tag.length === tagBytes,
  )
}

const headerOf = (message: Uint8Array): Framed => {
  try {
    const header = readMessage(message)
    if (header.kind === 'public' && !hasTagsOfSuite(message)) return refuse('a tag of another length')
    return header.kind === 'public' || header.kind === 'private' ? header : refuse('not a message of a group')
  } catch (error) {
    if (error instanceof MlsError) return refuse('not an MLS message')
    throw error
  }
}

/** Handshakes are public and messages private; anything else could not be judged, or would be read by the server. */
const kindOf = ({ kind, contentType }: Framed): Incoming['kind'] => {
  if (kind === 'private')
    return contentType === 'application' ? 'app' : refuse('a handshake that is not public')
  return contentType === 'application' ? refuse('a message that is not private') : contentType
}

const senderOf = ({ sender }: Framed): Pick<Incoming, 'isExternal' | 'senderLeaf'> => {
  switch (sender?.kind) {
    case undefined:
      return { isExternal: false, senderLeaf: null }
    case 'member':
      return { isExternal: false, senderLeaf: sender.leafIndex }
    case 'new_member_commit':
      return { isExternal: true, senderLeaf: null }
    case 'external':
    case 'new_member_proposal':
      return refuse('proposals come from members')
  }
}

const refuseLong = (kind: Incoming['kind'], { message, aux }: Submission, limits: ServerLimits): void => {
  const messageMax = kind === 'app' ? limits.messageBytesMax : limits.commitBytesMax
  const auxMax =
    kind === 'app'
      ? limits.archiveRecordBytesMax
      : limits.groupInfoBytesMax + limits.welcomeBytesMax + limits.metaBytesMax + 64
  if (message.length > messageMax || (aux?.length ?? 0) > auxMax) throw new SottoError('too_large')
}

/** @throws SottoError `bad_request`, `too_large` */
export const parseSubmission = (room: Uint8Array, submission: Submission, limits: ServerLimits): Incoming => {
  const header = headerOf(submission.message)
  const kind = kindOf(header)
  refuseLong(kind, submission, limits)
  const envelope = decodeEnvelope(header.authenticatedData)
  if (!equalBytes(header.groupId, room) || !equalBytes(envelope.room, room)) return refuse('another room')
  if (envelope.kind !== entryKinds[kind]) return refuse('the envelope names another kind')
  if (header.epoch > BigInt(Number.MAX_SAFE_INTEGER)) return refuse('no such epoch')
  const { message: payload, aux } = submission
  return {
    kind,
    entryKind: entryKinds[kind],
    ...senderOf(header),
    epoch: Number(header.epoch),
    envelope,
    payload,
    payloadHash: digest(payload),
    aux,
    auxHash: aux && digest(aux),
  }
}
