import { type TreeNodes, treeOfParts, type TreePart } from '@sotto/mls/public'
import { type Kysely, sql, type Transaction } from 'kysely'
import { prepared } from '../prepared.ts'
import type { Schema } from '../schema.ts'

/**
 * Ratchet trees in parts, each stored once under its hash, as long as a part above it or a Welcome refers to it: so many
 * are counted in `refs`. Trees of one room that follow each other share all parts but those on the way from a leaf that
 * has changed to the root.
 */
export interface TreeStore {
  /** One reference more to this tree. @returns the id of its topmost part */
  keep(transaction: Transaction<Schema>, top: TreePart): Promise<number>
  /** One reference less: what nobody refers to any more goes. */
  release(transaction: Transaction<Schema>, id: number): Promise<void>
  /** The whole tree, as the `ratchet_tree` extension has it. */
  read(id: number): Promise<Uint8Array>
}

type Row = Pick<Schema['tree_parts'], 'nodes' | 'blanks' | 'left_id' | 'right_id'> & { readonly id: number }

/** All parts of a tree, in one statement: between two of them it could go. */
const partsOf = (db: Kysely<Schema>, id: number) =>
  sql<Row>`
    with recursive part(id) as (
      select ${id}
      union all
      select below.id from part
        join tree_parts as above on above.id = part.id
        join tree_parts as below on below.id in (above.left_id, above.right_id)
    )
    select tree_parts.id, nodes, blanks, left_id, right_id from part join tree_parts on tree_parts.id = part.id
  `.execute(db)

function* inOrder(parts: ReadonlyMap<number, Row>, id: number | null): Generator<TreeNodes> {
  const part = id === null ? undefined : parts.get(id)
  if (!part) return
  yield* inOrder(parts, part.left_id)
  yield { nodes: part.nodes, blanks: part.blanks ?? 0 }
  yield* inOrder(parts, part.right_id)
}

/** Stand where parameters will be. */
const bytes = new Uint8Array(0)
const number = 0

export const treeStore = (db: Kysely<Schema>): TreeStore => {
  const share = prepared(
    db
      .updateTable('tree_parts')
      .set((e) => ({ refs: e('refs', '+', e.lit(1)) }))
      .where('hash', '=', bytes)
      .returning('id'),
  )
  const insert = prepared(
    db
      .insertInto('tree_parts')
      .values({ hash: bytes, nodes: bytes, blanks: number, left_id: number, right_id: number, refs: number })
      .returning('id'),
  )
  const unshare = prepared(
    db
      .updateTable('tree_parts')
      .set((e) => ({ refs: e('refs', '-', e.lit(1)) }))
      .where('id', '=', number)
      .returning(['refs', 'left_id', 'right_id']),
  )
  const remove = prepared(db.deleteFrom('tree_parts').where('id', '=', number))

  const keep: TreeStore['keep'] = async (transaction, { hash, nodes, blanks, below }) => {
    const [known] = await share(transaction, [hash])
    if (known) return known.id
    const halves: number[] = []
    for (const half of below?.() ?? []) halves.push(await keep(transaction, half))
    const [left = null, right = null] = halves
    const [made] = await insert(transaction, [hash, nodes, blanks, left, right, 1])
    if (!made) throw new Error('a row that was written has no id')
    return made.id
  }

  const release: TreeStore['release'] = async (transaction, id) => {
    const [part] = await unshare(transaction, [id])
    if (!part || part.refs > 0) return
    // First: the parts below are referred to by it.
    await remove(transaction, [id])
    for (const half of [part.left_id, part.right_id]) if (half !== null) await release(transaction, half)
  }

  const read: TreeStore['read'] = async (id) => {
    const { rows } = await partsOf(db, id)
    const [top] = rows
    // Stored by an earlier version, in one piece.
    if (rows.length === 1 && top?.blanks === null) return top.nodes
    return treeOfParts(inOrder(new Map(rows.map((row) => [row.id, row])), id))
  }

  return { keep, release, read }
}
