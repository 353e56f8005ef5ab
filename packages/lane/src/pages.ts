import { LaneError } from './failure.ts'
import { asList, asObject } from './rest.ts'

/** More than any lane lists; a server that goes on telling is not believed. */
const rowsMax = 100_000

/**
 * The whole of a list that a server tells page by page: each goes on behind the last row of the one before, until one
 * is empty. A server of before there were pages of this list has told all of it at once, and refuses to go on.
 *
 * @throws LaneError as `read` does; `ANSWER_INVALID` where the list does not end
 */
export const allPages = async (
  read: (path: string) => Promise<unknown>,
  path: string,
  key: 'id' | 'username',
): Promise<readonly unknown[]> => {
  const rows: unknown[] = []
  const behindLast = async (): Promise<readonly unknown[]> => {
    const after = encodeURIComponent(String(asObject(rows.at(-1))[key]))
    try {
      return asList(await read(`${path}?after=${after}`))
    } catch (error) {
      if (error instanceof LaneError && error.code === 'PAYLOAD_INVALID') return []
      throw error
    }
  }
  for (let page = asList(await read(path)); page.length > 0; page = await behindLast()) {
    rows.push(...page)
    if (rows.length > rowsMax) throw new LaneError('ANSWER_INVALID')
  }
  return rows
}
