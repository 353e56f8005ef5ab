/** An invite as it is handed on: a key alone, or a link that says where it is good for. */
export interface ReadInvite {
  readonly key: string
  /** Address of the server, without a slash at its end; null where only the key was given. */
  readonly server: string | null
}

const fragment = '#invite='
const keyText = /^[A-Za-z0-9_-]{43}$/

/** The key stands in the fragment, which no browser sends: neither the server's log nor a proxy's ever has it. */
export const inviteLink = (publicUrl: string, key: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/${fragment}${key}`

/** The key in the fragment of an address; null where there is none. */
export const inviteInFragment = (hash: string): string | null => {
  const key = hash.startsWith(fragment) ? hash.slice(fragment.length) : ''
  return keyText.test(key) ? key : null
}

/** Null for what is neither a key nor a link with one. */
export const readInvite = (text: string): ReadInvite | null => {
  const trimmed = text.trim()
  if (keyText.test(trimmed)) return { key: trimmed, server: null }
  const at = trimmed.indexOf('#')
  const key = at < 0 ? null : inviteInFragment(trimmed.slice(at))
  const server = trimmed.slice(0, Math.max(0, at)).replace(/\/+$/, '')
  return key !== null && /^https?:\/\/\S+$/.test(server) ? { key, server } : null
}
