/**
 * The worker that computes OPAQUE: the only place in the browser that may compile WebAssembly, and where a password
 * passes through 64 MiB of Argon2id without the page standing still. It does one step; the page ends it.
 */
import { opaqueProtocol } from '../net/opaque.ts'
import { announceLife } from './workerLife.ts'
import { servePasswordStep } from './passwordPort.ts'

addEventListener('message', ({ ports: [port] }: MessageEvent) => {
  if (port) servePasswordStep(opaqueProtocol, port)
})
void announceLife()
