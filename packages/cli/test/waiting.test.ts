import { type FailureCode, failures } from '@sotto/client'
import { expect, it } from 'vitest'
import { serverRefused } from '../src/waiting.ts'

const other = 'this is not the server that this device knows'

it.each<readonly [FailureCode, string]>([
  ['integrity', other],
  ['identity_changed', other],
  ['fenced', failures.fenced.text],
  ['storage_full', failures.storage_full.text],
  ['profile_in_use', failures.profile_in_use.text],
])('a client that has stopped for %s says so', (code, words) => {
  const refused = serverRefused({
    account: { kind: 'none' },
    connection: { kind: 'refused', code },
    rooms: [],
  })
  expect([refused.code, refused.message]).toEqual([code, words])
})
