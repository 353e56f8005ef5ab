import { randomBytes } from 'node:crypto'
import { jsProvider } from '../../provider/js.ts'
import { nodeProvider } from '../../provider/node.ts'
import { nativeNames, webProvider } from '../../provider/web.ts'
import type { Provider } from '../../src/provider.ts'

/** Every provider that runs in Node, with and without what a platform may lack; WebCrypto is Node's own. */
export const providers: readonly (readonly [string, Provider])[] = [
  ['node', nodeProvider()],
  ['node with ML-KEM in JavaScript', nodeProvider({ mlkem: 'js' })],
  ['js', jsProvider((length) => new Uint8Array(randomBytes(length)))],
  ['web', await webProvider()],
  ['web without natives', await webProvider({ without: nativeNames })],
  ['web without X25519', await webProvider({ without: ['X25519', 'Ed25519'] })],
]
