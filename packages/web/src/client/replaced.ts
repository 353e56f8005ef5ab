/** How long one waits for the page itself, when its parts do not come. */
const answerMs = 5000

const scriptOf = /\/assets\/index-[\w-]+\.js/

/** Whether a page of Sotto names another script than `own`; what is no page of Sotto says nothing. */
export const namesAnother = (page: string, own: string): boolean => {
  const [named] = scriptOf.exec(page) ?? []
  return named !== undefined && named !== own
}

/** The script that this page began with, as its address says. */
export const ownScript = (): string | undefined =>
  [...document.scripts].map(({ src }) => scriptOf.exec(src)?.[0]).find((found) => found !== undefined)

/** Whether the server hands out another page by now. It is asked past every cache. */
export const isReplaced = async (): Promise<boolean> => {
  const own = ownScript()
  if (own === undefined) return false
  const answer = await fetch('/', {
    cache: 'no-store',
    credentials: 'omit',
    headers: { accept: 'text/html' },
    signal: AbortSignal.timeout(answerMs),
  })
  return answer.ok && namesAnother(await answer.text(), own)
}

const key = 'sotto.reloaded'

/**
 * Loads the page anew, once for each version of it: a cache that hands out the old one must not make a loop.
 *
 * @returns false where that has been done already, or the browser cannot remember it
 */
export const reloadOnce = (): boolean => {
  const own = ownScript()
  try {
    if (own === undefined || sessionStorage.getItem(key) === own) return false
    sessionStorage.setItem(key, own)
  } catch {
    return false
  }
  location.reload()
  return true
}
