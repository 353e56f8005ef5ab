import { type Credentials, signInAs, type Sotto, sottoOf } from '../../src/index.ts'
import { type NodeClientOptions, openNodeClient } from './nodeClient.ts'

export interface NodeSottoOptions extends NodeClientOptions, Partial<Credentials> {}

/**
 * Opens the client of a profile on disk, and with a `name` and a `password` makes its account or signs in, where that
 * is needed.
 *
 * @throws SottoError what `openNodeClient` throws, `account_exists` when the profile has another account,
 *   `name_taken`, `invite_required`, `invalid_credentials`, `offline`
 */
export const openSotto = async ({ name, password, invite, ...options }: NodeSottoOptions): Promise<Sotto> => {
  const client = await openNodeClient(options)
  try {
    if (name !== undefined && password !== undefined) await signInAs(client, { name, password, invite })
    return sottoOf(client)
  } catch (error) {
    await client.close()
    throw error
  }
}
