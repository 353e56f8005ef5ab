import { type Credentials, signInAs, type Sotto, sottoOf } from '../../src/index.ts'
import { openWebClient, type WebClientOptions } from './webClient.ts'

export interface WebSottoOptions extends WebClientOptions, Partial<Credentials> {}

/**
 * Opens the client of this browser, from a page or from a worker, and with a `name` and a `password` makes its account
 * or signs in, where that is needed.
 *
 * @throws SottoError what `openWebClient` throws, `account_exists` when the browser has another account, `name_taken`, `invite_required`,
 *   `invalid_credentials`, `offline`
 */
export const openSotto = async ({ name, password, invite, ...options }: WebSottoOptions): Promise<Sotto> => {
  const client = await openWebClient(options)
  try {
    if (name !== undefined && password !== undefined) await signInAs(client, { name, password, invite })
    return sottoOf(client)
  } catch (error) {
    await client.close()
    throw error
  }
}
