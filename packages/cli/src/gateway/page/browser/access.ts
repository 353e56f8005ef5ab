const tokenRow = 'sotto.gateway.token'
const nameRow = 'sotto.gateway.name'

/**
 * The token of the gateway: from the fragment of the address, and kept for as long as this tab is open. It is taken out of
 * the address, so that it stands in no history and is not copied with it.
 */
export const tokenOfTab = (): string | null => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given === null) return sessionStorage.getItem(tokenRow)
  keepToken(given)
  history.replaceState(null, '', location.pathname)
  return given
}

export const keepToken = (token: string): void => sessionStorage.setItem(tokenRow, token)

export const forgetToken = (): void => sessionStorage.removeItem(tokenRow)

/** Who is logged in in this tab: a page that is loaded anew logs in again. */
export const nameOfTab = (): string | null => sessionStorage.getItem(nameRow)

export const keepName = (name: string): void => sessionStorage.setItem(nameRow, name)

export const forgetName = (): void => sessionStorage.removeItem(nameRow)
