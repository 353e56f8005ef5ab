import { readRoomContent } from '@sotto/protocol'
import type { Clock } from '../../configuration.ts'
import { type Quota, spending } from '../../quota/quota.ts'
import { ownerOf } from '../accounts/owner.ts'
import { checkMessageHash } from '../envelope/messageHash.ts'
import { inField, refuse } from '../failure.ts'
import type { OpenRoom, OpenUser, RoomMessage, RoomStore } from '../store.ts'

export interface SentContent {
  readonly content: string
  readonly iv: string
  readonly messageHash: string
  readonly keyId: string | undefined
}

type Iv = ReturnType<typeof readRoomContent>['iv']

interface Dependencies {
  readonly store: Pick<RoomStore, 'append'>
  readonly quota: Quota
  readonly clock: Clock
}

/** What a message takes beside what is sent. */
const messageBytes = 512

/** @throws OpenRefusal of the content's form */
export const readSent = ({ content, iv: ivText, messageHash }: SentContent): Iv => {
  const { iv, sealed } = inField('encrypted_content', () => readRoomContent(content, ivText))
  checkMessageHash(messageHash, iv, sealed)
  return iv
}

/**
 * Stores a message of a room within the budgets of its sender and of the room.
 *
 * @throws OpenRefusal `IV_REUSED`, SottoError `quota`
 */
export const storeMessage = async (
  { store, quota, clock }: Dependencies,
  {
    room,
    user,
    sent: { content, iv: ivText, messageHash, keyId },
    iv,
  }: { readonly room: OpenRoom; readonly user: OpenUser; readonly sent: SentContent; readonly iv: Iv },
): Promise<RoomMessage> => {
  const createdMs = clock.nowMs()
  const appended = {
    room: room.id,
    sender: user.id,
    // Whoever names no key means the one that is in use since somebody last left.
    keyId: keyId === undefined ? `generation/${room.generation}` : `key/${keyId}`,
    iv,
    ivText,
    content,
    messageHash,
    createdMs,
  }
  const bytes = content.length + ivText.length + messageHash.length + messageBytes
  const reserved = await quota.reserve([
    { scope: 'account', owner: ownerOf(user), bytes },
    { scope: 'room', owner: `open ${room.id}`, bytes },
  ])
  const number = await spending(reserved, (charges) => store.append(appended, charges))
  if (number === 'iv_reused') {
    reserved.giveBack()
    return refuse('IV_REUSED')
  }
  return { id: number, sender: user.name, content, ivText, messageHash, createdMs }
}
