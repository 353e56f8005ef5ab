import { FailedPart } from '../../client/FailedPart.tsx'
import { later } from '../../client/later.tsx'
import type { PanelProps } from '../../registry/messageAction.ts'

/** The emoji have names by which they are found: most people's first messages do without them. */
export const LaterPicker = later<PanelProps>(
  async () => (await import('./ReactionPicker.tsx')).ReactionPicker,
  { isShown: () => true, Failed: FailedPart },
)
