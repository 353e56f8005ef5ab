import type { FailureCode } from '@sotto/client'

/** Whether a page that is loaded anew is what helps. */
export const isReloadWanted = (code: FailureCode): boolean => {
  switch (code) {
    case 'outdated':
    case 'closed':
    case 'fenced':
    case 'profile_in_use':
    case 'helper_lost':
    case 'storage_damaged':
    case 'storage_newer':
      return true
    default:
      return false
  }
}
