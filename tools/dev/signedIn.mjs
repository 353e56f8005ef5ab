const entry = '@sotto/client/web'
const wrapped = '\0sotto-dev-client'

/** Runs in the page. The first part of the host is the person: `alice.localhost`. */
const source = `
import { openWebClient as open } from '${entry}'
export * from '${entry}'

const passwordOf = (name) => name + ' in development'

const attempt = (client, name) => {
  const { account } = client.state()
  switch (account.kind) {
    case 'none':
      return client.register({ name, password: passwordOf(name) })
    case 'signed_out':
      return client.login({ name: account.name, password: passwordOf(account.name) })
    case 'signed_in':
  }
}

const restarting = new Set(['unavailable', 'offline', 'timeout'])

const signIn = async (client) => {
  const [person, ...rest] = location.hostname.split('.')
  if (rest.length === 0) return
  for (let number = 1; ; ) {
    try {
      return await attempt(client, number === 1 ? person : person + number)
    } catch (error) {
      // Storage of the browser that was cleared has taken the account with it; the name stays.
      if (error.code === 'name_taken') number += 1
      else if (restarting.has(error.code)) await new Promise((resolve) => setTimeout(resolve, 500))
      else throw error
    }
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
