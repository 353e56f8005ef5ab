import { accessScopes, type Client, limits } from '@sotto/client'
import { type LaneStore, makeIdentity } from '@sotto/lane'
import { type LaneAccount, readAccount, writeAccount } from '../lane/account.ts'
import type { Notes } from './notes.ts'

/** By which the tokens of a bridge are known among those of its account. */
const label = 'bridge'

/** A token that ends sooner is replaced at the start. */
const renewWithinMs = 30 * 86_400_000

const tokenNote = 'token'

/**
 * The account of a bot on the open lane: the same name, by an access token that the bot makes for itself, with keys that are
 * made here. Tokens of starts that came to nothing are revoked.
 *
 * @param client of the bot, online
 * @throws SottoError `not_found` where the server has no open lane, and what is thrown offline
 */
export const bridgeAccount = async (
  client: Client,
  store: LaneStore,
  { name, server }: { readonly name: string; readonly server: string },
  notes: Notes,
): Promise<LaneAccount> => {
  const known = readAccount(store)
  const knownId = Number(await notes.recall(tokenNote))
  const all = (await client.accessTokens({})).filter((one) => one.label === label)
  const isGood = all.some(({ id, expiresMs }) => id === knownId && expiresMs > Date.now() + renewWithinMs)
  const revokeOthers = async (kept: number): Promise<void> => {
    for (const { id } of all) if (id !== kept) await client.revokeAccessToken({ id })
  }
  if (known && isGood) {
    await revokeOthers(knownId)
    return known.server === server ? known : { ...known, server }
  }
  const { id, token } = await client.createAccessToken({
    label,
    scopes: accessScopes,
    days: limits.openAccessTokenDaysMax,
  })
  const account: LaneAccount = {
    server,
    credentials: { kind: 'token', name, token },
    identity: known?.identity ?? (await makeIdentity()),
  }
  writeAccount(store, account)
  await notes.remember(tokenNote, String(id))
  await revokeOthers(id)
  return account
}
