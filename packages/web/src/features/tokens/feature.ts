import type { Feature } from '../../registry/feature.ts'
import { TokensDialog } from './TokensDialog.tsx'

export const tokens: Feature = {
  screens: [{ name: 'tokens', kind: 'dialog', isOffered: () => true, View: TokensDialog }],
}
