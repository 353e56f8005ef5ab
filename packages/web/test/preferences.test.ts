import { expect, test } from 'vitest'
import { makePreferences } from '../src/client/preferences/preferences.ts'
import type { Preferences, PreferenceStore } from '../src/client/preferences/preferences.ts'

/** A browser, and what its page shows. */
const browserWith = (text: string | null) => {
  let cached = text
  const shown: Preferences[] = []
  const cache = { read: () => cached, write: (next: string) => (cached = next) }
  const preferences = makePreferences(cache, (next) => shown.push(next))
  return { preferences, shown, cached: () => cached }
}

const accountWith = (text: string | null) => {
  let kept = text
  const store: PreferenceStore = {
    read: async () => kept,
    write: async (next) => {
      kept = next
    },
  }
  return { store, kept: () => kept }
}

test('before an account is open, a page looks as this browser remembers', () => {
  const { preferences, shown } = browserWith('{"theme":"dark"}')
  preferences.show()
  expect(shown).toEqual([{ theme: 'dark', formatting: true }])
})

test('what the browser remembered is taken over by an account that has kept nothing', async () => {
  const { preferences } = browserWith('{"theme":"dark","formatting":false}')
  const { store, kept } = accountWith(null)
  await preferences.keepWith(store)
  expect(JSON.parse(kept() ?? '')).toEqual({ theme: 'dark', formatting: false })
})

test('the choice of an account goes before that of the browser, which remembers it for the next first paint', async () => {
  const { preferences, cached } = browserWith('{"theme":"light"}')
  await preferences.keepWith(accountWith('{"theme":"dark","formatting":false}').store)
  expect(preferences.current()).toEqual({ theme: 'dark', formatting: false })
  expect(JSON.parse(cached() ?? '')).toEqual({ theme: 'dark', formatting: false })
})

test('what is changed while the account is asked is newer than what it has kept', async () => {
  const { preferences } = browserWith(null)
  const { store, kept } = accountWith('{"theme":"dark"}')
  const keeping = preferences.keepWith(store)
  preferences.change({ theme: 'light' })
  await keeping
  expect(preferences.current().theme).toBe('light')
  expect(JSON.parse(kept() ?? '')).toMatchObject({ theme: 'light' })
})

test('an account that is signed out keeps nothing more, and one that cannot keep is no failure', async () => {
  const { preferences } = browserWith(null)
  const first = accountWith('{"theme":"dark"}')
  const end = await preferences.keepWith(first.store)
  end()
  preferences.change({ theme: 'light' })
  expect(first.kept()).toBe('{"theme":"dark"}')

  const full: PreferenceStore = {
    read: () => Promise.reject(new Error('damaged')),
    write: () => Promise.reject(new Error('full')),
  }
  await preferences.keepWith(full)
  preferences.change({ formatting: false })
  expect(preferences.current()).toEqual({ theme: 'light', formatting: false })
})

test.each(['', 'no json', '[]', '{"theme":"pink","formatting":1}', 'null'])(
  'what was written by something else, %j, says nothing',
  (text) => {
    const { preferences } = browserWith(text)
    expect(preferences.current()).toEqual({ theme: 'system', formatting: true })
  },
)
