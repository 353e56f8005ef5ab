import type { Feature } from '../../registry/feature.ts'
import { copyText } from './actions/copyText.ts'
import { discard } from './actions/discard.ts'
import { retry } from './actions/retry.ts'

export const conversation: Feature = { messageActions: [retry, copyText, discard] }
