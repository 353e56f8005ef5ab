import type { SpokenItem } from '../../../registry/messageAction.ts'
import { useRegistry } from '../../../registry/RegistryContext.tsx'

/** What other features show under a message. */
export const UnderMessage = ({ item }: { readonly item: SpokenItem }) =>
  useRegistry().underMessage.map(({ id, Part }) => <Part key={id} item={item} />)
