import type { SpokenItem } from '../../../registry/messageAction.ts'
import { useRegistry } from '../../../registry/RegistryContext.tsx'
import { useMessageActions } from './MessageActions.tsx'

/** What other features show under a message. */
export const UnderMessage = ({ item }: { readonly item: SpokenItem }) => {
  const { underMessage } = useRegistry()
  const { room, act } = useMessageActions()
  return underMessage.map(({ id, Part }) => (
    <Part key={id} target={{ room: room(), item }} act={(work) => act(item.id, work)} />
  ))
}
