import { describe, expect, it } from 'vitest'
import { firstRequest } from '../src/features/tokens/firstRequest.ts'
import { reaches, reachOf, scopesOf } from '../src/features/tokens/reach.ts'

describe('the first request with a new access token', () => {
  it('goes to the address of the server, with the token, for each reach', () => {
    for (const reach of reaches) {
      const line = firstRequest('https://chat.example.org', 'kBk3yqCq0yZ7', reach)
      expect(line).toMatch(/^curl -sS (-X PUT )?https:\/\/chat\.example\.org\/api\/me/)
      expect(line).toContain('-H "authorization: Bearer kBk3yqCq0yZ7"')
      expect(line).not.toContain('\n')
    }
  })

  it('asks for nothing where the token may not read', () => {
    expect(firstRequest('https://chat.example.org', 't', 'send')).toContain('-X PUT')
  })
})

describe('the reach of a token', () => {
  it('is told again by its scopes, and one that was made otherwise is told as it is', () => {
    for (const reach of reaches) expect(reachOf(scopesOf(reach).toReversed())).toBe(reach)
    expect(reachOf(['read'])).toBeNull()
  })
})
