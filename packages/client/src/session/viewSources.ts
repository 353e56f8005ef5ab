import { toHex } from '@sotto/protocol'
import type { DeviceKind } from '@sotto/trust'
import { isBotAccount } from '../account/deviceKinds.ts'
import type { ViewSources } from '../viewStore/sources.ts'
import type { Connection } from '../sync/connection.ts'
import type { AccountView } from '../view.ts'
import type { Greeting } from './greeting.ts'
import type { Present } from './present.ts'

interface Deps {
  readonly present: Present
  readonly server: string
  readonly deviceKind: DeviceKind
  connection(): Connection
  greeting(): Greeting
}

const isOwnBot = ({ present: { profile, kept }, deviceKind }: Deps): boolean => {
  const own = profile && kept.contacts.find(profile.account)
  return own ? isBotAccount(own.state) : deviceKind === 'bot'
}

const accountView = (deps: Deps): AccountView => {
  const { server, present } = deps
  const { profile, token, isArriving } = present
  if (isArriving || profile?.kind !== 'ready') return { kind: 'none' }
  const { name } = profile
  const account = toHex(profile.account)
  const isBot = isOwnBot(deps)
  return token === null
    ? { kind: 'signed_out', server, name, account, isBot }
    : { kind: 'signed_in', server, name, account, device: toHex(profile.device), isBot }
}

/** What a client has to show, as it stands. */
export const viewSourcesOf = (deps: Deps): ViewSources => {
  const { present } = deps
  return {
    account: () => accountView(deps),
    profile: () => present.profile,
    device: () => present.device,
    findContact: (account) => present.kept.contacts.find(account),
    connection: () => {
      const view = deps.connection().view()
      const isKnown = deps.greeting().state().isSynced && !present.isArriving
      return view.kind === 'online' && !isKnown ? { kind: 'connecting' } : view
    },
  }
}
