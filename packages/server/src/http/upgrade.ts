import type { IncomingMessage } from 'node:http'

/**
 * Whether a request wants to go on as a WebSocket (RFC 6455 §4.1). Every other wish is passed over, as a server may (RFC
 * 9110 §7.8): programs that offer `h2c` with each request get their answer in HTTP/1.1, and nobody turns an ordinary
 * request, with a body, into a connection that the limits of requests do not reach.
 */
export const mayUpgrade = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined
