import type { Feature } from '../../registry/feature.ts'
import { IdentityLine } from './IdentityLine.tsx'

export const verification: Feature = { underMember: [{ id: 'identity', Part: IdentityLine }] }
