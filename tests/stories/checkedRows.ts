import { type Change, SottoError, type Store } from '@sotto/client'
import { type Family, keysOf } from '../../packages/client/src/database/family.ts'
import { schema } from '../../packages/client/src/database/schema.ts'

const families = new Map<string, (readonly [RegExp, Family])[]>()
for (const family of schema) {
  const [folder = ''] = family.key.split('/')
  families.set(folder, [...(families.get(folder) ?? []), [keysOf(family), family]])
}

/** The family of a row. @throws Error where there is none */
export const familyOf = (key: string): Family => {
  const [folder = ''] = key.split('/')
  const found = families.get(folder)?.find(([keys]) => keys.test(key))?.[1]
  if (!found) throw new Error(`no family of rows has the key ${key}`)
  return found
}

/** Said in the output of the test: a client may try for ever to write what is refused here. */
const check = (change: Change): void => {
  if (change.kind !== 'put') return
  try {
    familyOf(change.key).value.check(change.value)
  } catch (error) {
    console.error(`${change.key} is no row of the schema:`, error)
    throw new SottoError('internal', `${change.key} is no row of the schema`)
  }
}

/** A store that takes only rows of the schema. */
export const checkedRows = (store: Store): Store => ({
  ...store,
  commit: async (changes) => {
    for (const change of changes) check(change)
    return store.commit(changes)
  },
})
