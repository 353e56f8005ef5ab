import { shownName, toHex } from '@sotto/protocol'
import { isBotAccount, isBotDevice } from '../account/deviceKinds.ts'
import type { SenderOf } from '../timeline/view.ts'
import type { ViewSources } from './sources.ts'

type Sources = Pick<ViewSources, 'profile' | 'findContact'>

const shortNameCharacters = 8

const isOwn = ({ profile }: Sources, account: Uint8Array): boolean => {
  const own = profile()?.account
  return own !== undefined && toHex(own) === toHex(account)
}

/** The name of an account, where it is known here. */
export const nameIn = (sources: Sources, account: Uint8Array): string | null => {
  const contact = sources.findContact(account)
  if (contact) return shownName(contact.state.name)
  return isOwn(sources, account) ? (sources.profile()?.name ?? null) : null
}

const isBot = ({ findContact }: Sources, account: Uint8Array, device?: Uint8Array): boolean => {
  const state = findContact(account)?.state
  if (!state) return false
  return device ? isBotDevice(state, device) : isBotAccount(state)
}

export const senderIn =
  (sources: Sources): SenderOf =>
  (account, device) => ({
    account: toHex(account),
    name: nameIn(sources, account) ?? toHex(account).slice(0, shortNameCharacters),
    own: isOwn(sources, account),
    isBot: isBot(sources, account, device),
  })
