import { SottoError } from '@sotto/client'
import { isReplaced } from './replaced.ts'

/** Browsers do not tell whether they know hashes in import maps. All that know this know them, too. */
const checksImports = 'isError' in Error

/** The hash of each script of the page, by its address. */
const hashes = (): readonly (readonly [address: string, integrity: string])[] => {
  const map = document.querySelector('script[type=importmap]')
  const { integrity = {} } = JSON.parse(map?.textContent ?? '{}') as { integrity?: Record<string, string> }
  return Object.entries(integrity)
}

const loadChecked = (address: string, integrity: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const link = document.createElement('link')
    link.rel = 'modulepreload'
    link.crossOrigin = ''
    link.integrity = integrity
    link.href = address
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => reject(new Error(`${address} has not come as it was built`)))
    document.head.append(link)
  })

let allChecked: Promise<unknown> | undefined

/**
 * For browsers that would import without looking: loads every script of the page with its hash. What is imported later
 * is what was loaded and checked then.
 */
const checkAll = async (): Promise<void> => {
  allChecked ??= Promise.all(hashes().map(([address, integrity]) => loadChecked(address, integrity)))
  try {
    await allChecked
  } catch (error) {
    allChecked = undefined
    throw error
  }
}

/**
 * Imports a part of the page.
 *
 * @throws SottoError `outdated` where the server hands out another page by now, `helper_lost` where the part has not come
 */
export const loadPart = async <Part>(load: () => Promise<Part>): Promise<Part> => {
  try {
    if (!checksImports) await checkAll()
    return await load()
  } catch (error) {
    const isOld = await isReplaced().catch(() => false)
    throw isOld ? new SottoError('outdated') : new SottoError('helper_lost', String(error), { step: 'start' })
  }
}
