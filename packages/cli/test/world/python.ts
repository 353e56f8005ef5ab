import { spawnSync } from 'node:child_process'

/** Debian's own first: another interpreter on the path may not have its packages. */
const interpreters = ['/usr/bin/python3', 'python3'] as const

/** A Python that has python3-socketio, python3-websocket and python3-requests; undefined where none has. */
export const python: string | undefined = interpreters.find(
  (interpreter) => spawnSync(interpreter, ['-c', 'import socketio, websocket, requests']).status === 0,
)
