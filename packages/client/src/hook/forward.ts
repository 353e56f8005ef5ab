import { operations, SottoError, toHex } from '@sotto/protocol'
import type { Call } from '../account/contacts.ts'
import { keyOfCard } from './card.ts'
import { sealHanded, type Handing } from './handed.ts'
import { keyPairIn } from './keyPair.ts'
import type { HookState } from './keys.ts'
import type { Jose } from '../ports/jose.ts'
import type { Store } from '../ports/store.ts'
import { hookNamed, withHookState } from '../room/hookDuties.ts'
import type { Room } from '../room/atWork.ts'
import { stepped } from '../room/step.ts'
import { recordsFrom } from '../timeline/pages.ts'
import { itemsOf, type SenderOf } from '../timeline/view.ts'

interface Deps {
  readonly store: Store
  readonly tools: { readonly jose: Jose }
  readonly call: Call
  readonly senderOf: SenderOf
  timeMs(): number
}

const recordsPerReading = 100

/** What is needed to hand something to the script. @throws SottoError `forbidden` where this device has not got it */
const handingOf = (room: Room, { hook, anchor, card }: HookState, nowS: number): Handing => {
  const pair = anchor && keyPairIn(anchor)
  if (!pair) throw new SottoError('forbidden', 'this device does not have the anchor of the hook')
  const reader = card.reader && keyOfCard(card.reader)
  if (!reader) throw new SottoError('bad_request', 'the script of this hook has no key to read with')
  return { room: room.state().id, hook, anchor: pair, reader, nowS }
}

/**
 * Hands the script what people have said since the last time, oldest first; the first time begins with what comes next.
 * What is handed in again after a crash the server has already.
 *
 * @returns how many messages were handed in
 * @throws SottoError `not_found`, `forbidden`, `bad_request`, `rate` while the script does not read, `offline`
 */
export const forward = async (deps: Deps, room: Room, named: string): Promise<number> => {
  const { store, call, senderOf, timeMs } = deps
  const { jose } = deps.tools
  const known = hookNamed(room.state(), named)
  if (!known) throw new SottoError('not_found')
  const handing = handingOf(room, known, Math.floor(timeMs() / 1000))
  const mark = (seq: number): Promise<void> =>
    room.take((state) => {
      const now = hookNamed(state, named)
      return stepped(now ? withHookState(state, { ...now, handedSeq: seq }) : state)
    })
  const from = known.handedSeq
  if (from === null) {
    await mark(room.state().place.cursor)
    return 0
  }
  let count = 0
  for (let after = from; ;) {
    const { records, more } = await recordsFrom(store, toHex(handing.room), after + 1, recordsPerReading)
    for (const placed of records) {
      const { seq } = placed
      for (const item of itemsOf({ ...placed, marks: [] }, senderOf)) {
        if (item.kind !== 'message') continue
        const { sender, text } = item
        const jwe = await sealHanded(jose, handing, { seq, sender: sender.name, text, timeMs: item.timeMs })
        if (!jwe) throw new SottoError('bad_request', 'the script of this hook has no key to read with')
        await call(operations.handToHook, { room: handing.room, hook: handing.hook, seq, jwe })
        count += 1
      }
      await mark(seq)
      after = seq
    }
    if (!more) return count
  }
}
