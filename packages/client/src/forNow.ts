import type { SottoError } from '@sotto/protocol'

/** Whether what failed may be done yet, or was done and the answer is lost: the same is tried again. */
export const isForNow = ({ code }: SottoError): boolean => {
  switch (code) {
    case 'offline':
    case 'timeout':
    case 'unavailable':
    case 'read_only':
    case 'rate':
    case 'quota':
    case 'unauthorized':
    case 'session_expired':
    case 'internal':
    case 'integrity':
    case 'storage_full':
    case 'fenced':
    case 'closed':
    case 'helper_lost':
      return true
    default:
      return false
  }
}
