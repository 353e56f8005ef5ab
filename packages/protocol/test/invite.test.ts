import { inviteInFragment, inviteLink, readInvite } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'

const key = 'a'.repeat(40) + 'B-_'

describe('an invite', () => {
  it('is read from the link that was made of it, or from the key alone', () => {
    for (const url of ['https://chat.example.org', 'https://chat.example.org/', 'http://localhost:5000'])
      expect(readInvite(inviteLink(url, key))).toEqual({ key, server: url.replace(/\/$/, '') })
    expect(readInvite(` ${key}\n`)).toEqual({ key, server: null })
  })

  it('has its key in the fragment, which is not sent', () => {
    const url = new URL(inviteLink('https://chat.example.org/', key))
    expect(url.pathname + url.search).toBe('/')
    expect(inviteInFragment(url.hash)).toBe(key)
  })

  it.each([
    '',
    'a'.repeat(42),
    'a'.repeat(44),
    `${'a'.repeat(42)}=`,
    `https://chat.example.org/?invite=${key}`,
    `https://chat.example.org/#invite=${key}x`,
    `javascript:alert(1)#invite=${key}`,
    `chat.example.org/#invite=${key}`,
    `https://a b/#invite=${key}`,
    `#invite=${key}`,
  ])('is not read from %j', (text) => {
    expect(readInvite(text)).toBeNull()
  })
})
