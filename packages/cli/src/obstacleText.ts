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
    what: 'nothing listens at its address',
    remedy: 'Is the server running, and is the port of its address right?',
  },
  name_unknown: {
    what: 'nobody knows the name in its address',
    remedy: 'Is the address spelled right, and is this device on the network?',
  },
  port_blocked: {
    what: 'its port is kept for something else, and no browser and no program of this kind asks there',
    remedy: 'Whoever runs the server chooses another port: 5000, 8080, or 443 with a proxy in front.',
  },
  unreachable: {
    what: 'no way leads to its address',
    remedy:
      'Is this device on the network? A firewall may stand between: the port of the server has to be open.',
  },
  certificate_untrusted: {
    what: 'its certificate is not trusted on this device',
    remedy:
      'Whoever runs the server takes one of an authority that devices know (Let’s Encrypt). For an authority of your own: NODE_EXTRA_CA_CERTS=FILE sotto …',
  },
  certificate_expired: {
    what: 'its certificate has expired, or is not valid yet',
    remedy: 'Whoever runs the server renews it. Is the clock of this device right?',
  },
  certificate_name: {
    what: 'its certificate is for another name',
    remedy: 'Take the name in the certificate as the address, or have a certificate made for this one.',
  },
  no_tls: {
    what: 'one side speaks https and the other does not',
    remedy: `The server itself speaks http; https is spoken by a proxy in front of it: ${page}`,
  },
  redirected: {
    what: 'its address leads on to another one',
    remedy:
      'Take the address that it leads to: often https:// in place of http://. Or log in to this network first.',
  },
  not_sotto: {
    what: 'something else answers at its address, and not a Sotto server',
    remedy: `Is the address right? A network may want a login first; a proxy has to hand everything on, without a path: ${page}`,
  },
  gateway: {
    what: 'the proxy in front of it answers that it is away',
    remedy: `Is the server running, and does the proxy ask at its port? ${page}`,
  },
  body_limit: {
    what: 'the proxy in front of the server takes no bodies of this size',
    remedy: `nginx: client_max_body_size 32m; ${page}`,
  },
  crowded: {
    what: 'the proxy in front of it takes no more requests for the moment',
    remedy: 'It is tried again by itself. If it goes on: whoever runs the proxy allows more.',
  },
}

/** For who is connected by long poll. */
export const withoutWebSocket =
  'Connected without WebSocket, by asking again and again: slower. Whoever runs the proxy lets it pass the headers on;\n' +
  '  nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n' +
  `  ${page}`
