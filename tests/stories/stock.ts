import type { ClientLimits } from '@sotto/client'

/** Key packages are what an account costs most: as few as a test can do with, so that they run out, too. */
export const smallStock: ClientLimits = { keyPackagesOneTime: 4, keyPackagesRefillBelow: 2 }
