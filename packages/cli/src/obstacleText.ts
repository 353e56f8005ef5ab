import type { Obstacle } from '@sotto/client'

interface ObstacleText {
  /** What stands in the way, as the end of a sentence. */
  readonly what: string
  /** What helps, and whom it is for. */
  readonly remedy: string
}

const page = 'docs/operate/proxy.md'

export const obstacleTexts: Readonly<Record<Obstacle, ObstacleText>> = {
  refused: {
    what: 'nothing answers at its address',
    remedy: 'Is the server running, and is the port of its address right?',
  },
  name_unknown: {
    what: 'the name in its address could not be found',
    remedy: 'Is the address spelled right, and is this device on the network?',
  },
  port_blocked: {
    what: 'its port is reserved for something else, and browsers and programs do not use it',
    remedy: 'The person who runs the server chooses another port: 5000, 8080, or 443 with a proxy in front.',
  },
  unreachable: {
    what: 'its address cannot be reached',
    remedy:
      'Is this device on the network? A firewall may block the connection: the server’s port has to be open.',
  },
  certificate_untrusted: {
    what: 'its certificate is not trusted on this device',
    remedy:
      'The person who runs the server gets one from an authority that devices trust (Let’s Encrypt). For an authority of your own: NODE_EXTRA_CA_CERTS=FILE sotto …',
  },
  certificate_expired: {
    what: 'its certificate has expired or is not valid yet',
    remedy: 'The person who runs the server has to renew it. Is the clock of this device right?',
  },
  certificate_name: {
    what: 'its certificate is for another name',
    remedy: 'Use the name in the certificate as the address, or get a certificate for this one.',
  },
  no_tls: {
    what: 'one side uses https and the other does not',
    remedy: `The server itself uses http; a proxy in front of it adds https: ${page}`,
  },
  redirected: {
    what: 'its address redirects to another one',
    remedy:
      'Use the address that it redirects to: often https:// instead of http://. Or log in to this network first.',
  },
  not_sotto: {
    what: 'something other than a Sotto server answers at its address',
    remedy: `Is the address right? A network may want a login first; a proxy has to pass everything on, without a path: ${page}`,
  },
  gateway: {
    what: 'the proxy says that it is down',
    remedy: `Is the server running, and does the proxy use its port? ${page}`,
  },
  body_limit: {
    what: 'the proxy rejects requests of this size',
    remedy: `nginx: client_max_body_size 32m; ${page}`,
  },
  crowded: {
    what: 'the proxy accepts no more requests at the moment',
    remedy:
      'Sotto tries again by itself. If this continues, the person who runs the proxy has to allow more.',
  },
}

/** For who is connected by long poll. */
export const withoutWebSocket =
  'Connected by polling, without WebSocket: slower. To fix it, the proxy has to pass on the headers;\n' +
  '  nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n' +
  `  ${page}`
