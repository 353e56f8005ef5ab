import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeClient } from '@sotto/client/node'
import { scriptOf } from '../../stories/script.ts'
import { online } from '../../stories/talk.ts'
import { type Attack, askAndCount, type Tally } from '../attack.ts'
import { paced } from '../pace.ts'
import { placeAt } from '../place.ts'

const bodyCharacters = 40_000

/** A script whose token has been stolen: it posts as much as it may. */
export const hook: Attack = {
  name: 'a hook',
  prepare: async ({ url, port }) => {
    const profile = mkdtempSync(join(tmpdir(), 'sotto-siege-'))
    const client = await openNodeClient({ profile, server: url })
    await client.register({ name: 'hookmaker', password: 'correct horse battery staple' })
    await online(client)
    const { room } = await client.createRoom({ name: 'Alerts' })
    const made = await client.createHook({ room, name: 'Flood' })
    const { jwe } = await scriptOf(url, made).post('x'.repeat(bodyCharacters))
    const place = placeAt('127.0.0.51', port)
    const tally: Tally = new Map()
    const headers = { authorization: `Bearer ${made.token}`, 'content-type': 'application/jose' }
    return {
      tally,
      run: (signal) =>
        paced(10, 8, signal, async () => {
          await askAndCount(place, tally, 'post', {
            method: 'POST',
            path: `/h/${made.hook}`,
            headers,
            body: jwe,
          })
        }),
      leave: () => {
        place.leave()
        void client.close().finally(() => rmSync(profile, { recursive: true, force: true }))
      },
    }
  },
}
