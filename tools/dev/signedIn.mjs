const entry = '@sotto/client/web'
const wrapped = '\0sotto-dev-client'

/** Runs in the page. The first part of the host is the person: `alice.localhost`. */
const source = `
import { openWebClient as open } from '${entry}'
export * from '${entry}'

const passwordOf = (name) => name + ' in development'

const signIn = async (client) => {
  const [name, ...rest] = location.hostname.split('.')
  if (rest.length === 0) return
  switch (client.state().account.kind) {
    case 'none':
      return client.register({ name, password: passwordOf(name) })
    case 'signed_out':
      return client.login({ name, password: passwordOf(name) })
    case 'signed_in':
  }
}

export const openWebClient = async (options) => {
  const client = await open(options)
  await signIn(client).catch((error) => console.error('sotto dev:', error))
  return client
}
`

/** Puts a client that registers and signs in by itself in the place of the one that the page imports. */
export const signedIn = () => ({
  name: 'sotto-signed-in',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id === entry && importer !== wrapped) return wrapped
    return undefined
  },
  load: (id) => (id === wrapped ? source : undefined),
})
