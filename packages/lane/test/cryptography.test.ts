import { describe, expect, it } from 'vitest'
import { webCryptography } from '../adapters/net/webCryptography.ts'
import { newUuid } from '../src/uuid.ts'
import { cryptographyContract } from './contracts/cryptography.ts'

describe('the cryptography of the platform', () => {
  it.each(cryptographyContract)('$title', ({ run }) => run(webCryptography))
})

it('a new id is a UUID of version 4, and new each time', () => {
  const [one, two] = [newUuid(webCryptography), newUuid(webCryptography)]
  expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(two).not.toBe(one)
})
