import { conversation } from '../features/conversation/feature.ts'
import { invitations } from '../features/invitations/feature.tsx'
import { members } from '../features/members/feature.ts'
import { openRoom } from '../features/openRoom/feature.ts'
import { reactions } from '../features/reactions/feature.ts'
import { refounding } from '../features/refounding/feature.ts'
import { rooms } from '../features/rooms/feature.ts'
import { settings } from '../features/settings/feature.ts'
import { shortcuts } from '../features/shortcuts/feature.ts'
import { tokens } from '../features/tokens/feature.ts'
import { verification } from '../features/verification/feature.ts'
import type { Feature } from '../registry/feature.ts'

/** The features of the web client, in the order of menus and help. Without its line, a feature is gone from every screen. */
export const features: readonly Feature[] = [
  reactions,
  conversation,
  invitations,
  members,
  verification,
  openRoom,
  rooms,
  refounding,
  settings,
  tokens,
  shortcuts,
]
