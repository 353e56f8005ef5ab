import { SottoError } from '@sotto/client'
import type { RoomListing } from '@sotto/lane'

const isNumber = /^[1-9]\d{0,14}$/

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/**
 * The number or the name that somebody means who calls a classic room so: `id:5` and `name:5` are what they say; digits alone
 * are the number, or the name where no room has the number.
 *
 * @param rooms those that there are; asked for where digits alone were said
 * @throws SottoError `bad_request` where one room has the number and another one the name
 */
export const roomNamed = async (
  wanted: string,
  rooms: () => Promise<readonly Pick<RoomListing, 'room' | 'name'>[]>,
): Promise<number | string> => {
  const [, prefix, rest = ''] = /^(id|name):(.*)$/s.exec(wanted) ?? []
  if (prefix === 'name') return rest
  if (prefix === 'id') {
    if (isNumber.test(rest)) return Number(rest)
    throw new SottoError('bad_request', `${rest} is not the number of a room; for a name use name:${wanted}`)
  }
  if (!isNumber.test(wanted)) return wanted
  const all = await rooms()
  const named = all.find(({ name }) => folded(name) === folded(wanted))
  const numbered = all.find(({ room }) => room === Number(wanted))
  if (named && numbered && named.room !== numbered.room)
    throw new SottoError(
      'bad_request',
      `one room has the number ${wanted}, and another one the name: use id:${wanted} or name:${wanted}`,
    )
  return named && !numbered ? wanted : Number(wanted)
}
