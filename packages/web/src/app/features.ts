import { conversation } from '../features/conversation/feature.ts'
import type { Feature } from '../registry/feature.ts'

/** The features of the web client. Without its line, a feature is gone from every screen. */
export const features: readonly Feature[] = [conversation]
