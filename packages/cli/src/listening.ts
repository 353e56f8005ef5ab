import { SottoError } from '@sotto/client'

const firstUnprivilegedPort = 1024

const reasonOf = (code: string, port: number, host: string): string | undefined => {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port}: another program is already using it; choose another one with --port NUMBER (PORT)`
    case 'EACCES':
      return port < firstUnprivilegedPort
        ? `port ${port}: this user cannot listen on ports below ${firstUnprivilegedPort}; choose a higher one with --port NUMBER (PORT), or let it: setcap cap_net_bind_service=+ep on its node, AmbientCapabilities of systemd`
        : `port ${port}: this user cannot listen there; choose another one with --port NUMBER (PORT)`
    case 'EADDRNOTAVAIL':
      return `host ${host}: this machine has no such address; choose another one with --host ADDRESS (HOST)`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `host ${host}: nobody knows that name; choose an address of this machine with --host ADDRESS (HOST)`
    case 'EAFNOSUPPORT':
      return `host ${host}: this machine has no addresses of that kind; choose another one with --host ADDRESS (HOST)`
    case 'EINVAL':
      return `host ${host}: this is no address to listen on; choose another one with --host ADDRESS (HOST)`
    default:
      return undefined
  }
}

const calls: ReadonlySet<unknown> = new Set(['listen', 'bind', 'getaddrinfo'])

/** @returns the failure in words, where a server cannot listen; otherwise `error` itself */
export const listeningProblem = (error: unknown, port: number, host: string): unknown => {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  // A file that cannot be opened has codes of the same names.
  const reason = calls.has(error.syscall) ? reasonOf(String(error.code), port, host) : undefined
  return reason === undefined ? error : new SottoError('unavailable', reason)
}
