import type { Kysely, Transaction } from 'kysely'
import {
  boundsOfStrangers,
  type Held,
  type MailBounds,
  nothingHeld,
  plus,
  takesOneMore,
} from '../../open/mail/shares.ts'
import type { Deposited, MailStore, NewLetter, Post } from '../../open/store.ts'
import { chargeWriter } from '../budgetStore.ts'
import { preparedRows, repeated } from '../prepared.ts'
import type { Schema } from '../schema.ts'
import { knownTo } from './known.ts'

/** Recipients that are asked about in one statement. */
const recipientsPerStatement = 64
/** Letters that are forgotten in one transaction: others wait meanwhile. */
const forgottenAtOnce = 256

type HeldRow = { readonly user_id: number } & Held

const heldBy = (rows: readonly HeldRow[]): Map<number, Held> =>
  new Map(rows.map(({ user_id, letters, characters }) => [user_id, { letters, characters }]))

/** What waits for some users, altogether and of this sender. */
const lookUp = async (db: Transaction<Schema>, sender: number, users: readonly number[]) => {
  const boxes: HeldRow[] = []
  const shares: HeldRow[] = []
  for (let from = 0; from < users.length; from += recipientsPerStatement) {
    const some = users.slice(from, from + recipientsPerStatement)
    const columns = ['user_id', 'letters', 'characters'] as const
    boxes.push(
      ...(await db.selectFrom('open_mailboxes').select(columns).where('user_id', 'in', some).execute()),
    )
    shares.push(
      ...(await db
        .selectFrom('open_mail_shares')
        .select(columns)
        .where('user_id', 'in', some)
        .where('sender_id', '=', sender)
        .execute()),
    )
  }
  return { boxes: heldBy(boxes), shares: heldBy(shares) }
}

interface Sorted {
  readonly kept: readonly NewLetter[]
  readonly full: readonly number[]
}

/** Which letters find room, the earlier ones first. */
const fit = (
  letters: readonly NewLetter[],
  held: Awaited<ReturnType<typeof lookUp>>,
  boundsOf: (recipient: number) => MailBounds,
): Sorted => {
  const [boxes, shares] = [new Map(held.boxes), new Map(held.shares)]
  const full = new Set<number>()
  const kept = letters.filter(({ recipient, payload }) => {
    const box = boxes.get(recipient) ?? nothingHeld
    const share = shares.get(recipient) ?? nothingHeld
    if (!takesOneMore(box, share, payload.length, boundsOf(recipient))) {
      full.add(recipient)
      return false
    }
    boxes.set(recipient, plus(box, payload.length))
    shares.set(recipient, plus(share, payload.length))
    return true
  })
  return { kept, full: [...full] }
}

/** Who knows the sender is asked only of those who have no room for a stranger. */
const sortOut = async (
  db: Transaction<Schema>,
  { sender, letters, bounds }: Omit<Post, 'charges'>,
): Promise<Sorted> => {
  const held = await lookUp(db, sender, [...new Set(letters.map(({ recipient }) => recipient))])
  const ofStrangers = boundsOfStrangers(bounds)
  const asStranger = fit(letters, held, (recipient) => (recipient === sender ? bounds : ofStrangers))
  const known = new Set([sender])
  for (let from = 0; from < asStranger.full.length; from += recipientsPerStatement) {
    const some = asStranger.full.slice(from, from + recipientsPerStatement)
    for (const recipient of await knownTo(db, sender, some)) known.add(recipient)
  }
  if (known.size === 1) return asStranger
  return fit(letters, held, (recipient) => (known.has(recipient) ? bounds : ofStrangers))
}

const added = (letters: readonly NewLetter[]): ReadonlyMap<number, Held> => {
  const sums = new Map<number, Held>()
  for (const { recipient, payload } of letters)
    sums.set(recipient, plus(sums.get(recipient) ?? nothingHeld, payload.length))
  return sums
}

/** Keeps letters in a transaction of whoever asks, with the counters of their recipients and what they cost. */
export interface Depositor {
  /** To each who has room; nothing at all where nobody but the sender himself has. */
  deposit(db: Transaction<Schema>, post: Post): Promise<Deposited>
  /** To all of them or to none. */
  depositAll(db: Transaction<Schema>, post: Post): Promise<Deposited>
}

export const depositor = (db: Kysely<Schema>): Depositor => {
  const writeLetters = preparedRows((count) =>
    db
      .insertInto('open_mail')
      .values(
        repeated({ user_id: 0, sender_id: 0, event: '', payload: '', characters: 0, created_ms: 0 }, count),
      ),
  )
  const writeBoxes = preparedRows((count) =>
    db
      .insertInto('open_mailboxes')
      .values(repeated({ user_id: 0, letters: 0, characters: 0 }, count))
      .onConflict((c) =>
        c.column('user_id').doUpdateSet((e) => ({
          letters: e('open_mailboxes.letters', '+', e.ref('excluded.letters')),
          characters: e('open_mailboxes.characters', '+', e.ref('excluded.characters')),
        })),
      ),
  )
  const writeShares = preparedRows((count) =>
    db
      .insertInto('open_mail_shares')
      .values(repeated({ user_id: 0, sender_id: 0, letters: 0, characters: 0 }, count))
      .onConflict((c) =>
        c.columns(['user_id', 'sender_id']).doUpdateSet((e) => ({
          letters: e('open_mail_shares.letters', '+', e.ref('excluded.letters')),
          characters: e('open_mail_shares.characters', '+', e.ref('excluded.characters')),
        })),
      ),
  )
  const writeAddressees = preparedRows((count) =>
    db
      .insertInto('open_addressees')
      .values(repeated({ user_id: 0, addressee_id: 0 }, count))
      .onConflict((c) => c.columns(['user_id', 'addressee_id']).doNothing()),
  )
  const writeCharges = chargeWriter(db)

  const keep = async (
    transaction: Transaction<Schema>,
    { sender, nowMs, charges }: Post,
    kept: readonly NewLetter[],
  ): Promise<void> => {
    await writeLetters(
      transaction,
      kept.map(({ recipient, event, payload }) => [recipient, sender, event, payload, payload.length, nowMs]),
    )
    const sums = [...added(kept)]
    await writeBoxes(
      transaction,
      sums.map(([user, { letters, characters }]) => [user, letters, characters]),
    )
    await writeShares(
      transaction,
      sums.map(([user, { letters, characters }]) => [user, sender, letters, characters]),
    )
    await writeAddressees(
      transaction,
      sums.map(([user]) => [sender, user]),
    )
    await writeCharges(transaction, charges)
  }

  return {
    deposit: async (transaction, post) => {
      const { kept, full } = await sortOut(transaction, post)
      const isOfUse = full.length === 0 || kept.some(({ recipient }) => recipient !== post.sender)
      if (!isOfUse) return { kind: 'full', full }
      await keep(transaction, post, kept)
      return { kind: 'kept', full }
    },
    depositAll: async (transaction, post) => {
      const { kept, full } = await sortOut(transaction, post)
      if (full.length > 0) return { kind: 'full', full }
      await keep(transaction, post, kept)
      return { kind: 'kept', full }
    },
  }
}

/** Takes letters out of the counters. */
const takeOut = async (
  db: Transaction<Schema>,
  user: number,
  gone: readonly { readonly sender_id: number | null; readonly characters: number }[],
): Promise<void> => {
  const less = (letters: readonly { readonly characters: number }[]) => ({
    letters: letters.length,
    characters: letters.reduce((sum, { characters }) => sum + characters, 0),
  })
  const { letters, characters } = less(gone)
  await db
    .updateTable('open_mailboxes')
    .set((e) => ({ letters: e('letters', '-', letters), characters: e('characters', '-', characters) }))
    .where('user_id', '=', user)
    .execute()
  for (const [sender, ofSender] of Map.groupBy(gone, ({ sender_id }) => sender_id)) {
    if (sender === null) continue
    const share = less(ofSender)
    const left = await db
      .updateTable('open_mail_shares')
      .set((e) => ({
        letters: e('letters', '-', share.letters),
        characters: e('characters', '-', share.characters),
      }))
      .where('user_id', '=', user)
      .where('sender_id', '=', sender)
      .returning('letters')
      .executeTakeFirst()
    if (left && left.letters <= 0)
      await db
        .deleteFrom('open_mail_shares')
        .where('user_id', '=', user)
        .where('sender_id', '=', sender)
        .execute()
  }
}

export const mailStore = (db: Kysely<Schema>, { deposit }: Depositor): MailStore => {
  /** Of the oldest letters up to this one, as many as go at once; returns how many went. */
  const forget = (user: number, uptoId: number): Promise<number> =>
    db.transaction().execute(async (transaction) => {
      const oldest = transaction
        .selectFrom('open_mail')
        .select('id')
        .where('user_id', '=', user)
        .where('id', '<=', uptoId)
        .orderBy('id')
        .limit(forgottenAtOnce)
      const gone = await transaction
        .deleteFrom('open_mail')
        .where('id', 'in', oldest)
        .returning(['sender_id', 'characters'])
        .execute()
      if (gone.length > 0) await takeOut(transaction, user, gone)
      return gone.length
    })

  return {
    deposit: (post) => db.transaction().execute((transaction) => deposit(transaction, post)),

    waiting: async (recipient, afterId, countMax) => {
      const rows = await db
        .selectFrom('open_mail')
        .select(['id', 'event', 'payload'])
        .where('user_id', '=', recipient)
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(countMax)
        .execute()
      return rows.map((row) => ({ ...row, recipient }))
    },

    arrived: async (recipient, uptoId) => {
      while ((await forget(recipient, uptoId)) === forgottenAtOnce);
    },
  }
}
