import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { goodPassword } from './rest.ts'

const examples = fileURLToPath(new URL('../../../examples/python/', import.meta.url))

/** Debian's own first: another interpreter on the path may not have its packages. */
const interpreters = ['/usr/bin/python3', 'python3'] as const

const hasPackages = (interpreter: string): boolean =>
  spawnSync(interpreter, ['-c', 'import socketio, jwcrypto.jwe, websocket, requests']).status === 0

/** A Python that has python3-socketio, python3-jwcrypto, python3-websocket and python3-requests; undefined where none has. */
export const python: string | undefined = interpreters.find(hasPackages)

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

export interface PythonRun {
  /** Lines of standard error so far. */
  readonly remarks: readonly string[]
  /** Resolves with standard output. @throws Error with standard error when it fails */
  readonly ended: Promise<string>
}

/** Runs a script, one of the examples or another file, with the password of the tests. */
export const runPython = (script: string, args: readonly string[], input = ''): PythonRun => {
  const isFile = script.endsWith('.py')
  const program = isFile ? [path.resolve(examples, script)] : ['-c', script]
  const child = spawn(python ?? 'python3', [...program, ...args], {
    cwd: examples,
    env: {
      ...process.env,
      SOTTO_PASSWORD: goodPassword,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
  })
  running.add(child)
  const remarks: string[] = []
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => remarks.push(...data.toString().split('\n')))
  child.stdin.end(input)
  const ended = new Promise<string>((resolve, reject) => {
    child.once('close', (code) => {
      running.delete(child)
      if (code === 0) resolve(output)
      else reject(new Error(`${script.slice(0, 40)} ended with ${code}: ${remarks.join('\n')}`))
    })
  })
  return { remarks, ended }
}
