import { SottoError } from '@sotto/protocol'

const refuse = (why: string): never => {
  throw new SottoError('bad_request', `--public-url (SOTTO_PUBLIC_URL): ${why}`)
}

/**
 * The address at which people open a server.
 *
 * @throws SottoError `bad_request` for what is no http or https address, or has a path
 */
export const readPublicUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    return refuse(`${text} is no address; one looks like https://chat.example.org`)
  if (url.username !== '' || url.password !== '')
    return refuse('an address holds no name and no password; one looks like https://chat.example.org')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return refuse(
      `${text} has a path, and Sotto is not served below one; give it a name of its own, such as https://chat.example.org`,
    )
  return url
}
