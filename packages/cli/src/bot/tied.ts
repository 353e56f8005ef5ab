import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** A program that does not outlive this one, however this one ends. */
export interface Tied extends ChildProcess {
  readonly stdin: Writable
  readonly stdout: Readable
}

const isWindows = process.platform === 'win32'

/**
 * Behind descriptor 3 is a pipe that this process alone writes to: its end is the end of this process, also by kill -9. The
 * watcher that waits for it is in the program's group: so long no other can have the number, and it ends with the others.
 * A program that reads its input has seen its end, too, and has five seconds for what it is doing.
 */
const watched = `
{ read -r over <&3; sleep 5; kill -9 -$$; } </dev/null >/dev/null 2>&1 &
exec 3<&-
exec "$@"`

/**
 * Starts a program in a group of its own: signals of a terminal reach this process alone, which ends the program when it
 * has done what it is doing.
 */
export const spawnTied = (command: string, args: readonly string[]): Tied => {
  const stdio: readonly ('pipe' | 'inherit')[] = ['pipe', 'pipe', 'inherit']
  const started = isWindows
    ? spawn(command, args, { stdio: [...stdio] })
    : spawn('/bin/sh', ['-c', watched, 'sotto', command, ...args], {
        stdio: [...stdio, 'pipe'],
        detached: true,
      })
  return started as Tied
}

/** Ends a program and all that it has started, the watcher too. */
export const endGroup = (program: Tied): void => {
  if (program.pid === undefined) return
  try {
    if (isWindows) program.kill('SIGKILL')
    else process.kill(-program.pid, 'SIGKILL')
  } catch {
    // Nobody of it is there any more.
  }
}

/** Reads of a program and writes to it no more, whoever else has its pipes. */
export const letGo = (program: Tied): void => {
  for (const pipe of program.stdio) pipe?.destroy()
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Whether there is such a program: at this path, or by this name on the PATH. */
export const mayRun = (command: string): boolean => {
  if (isWindows) return true
  if (command.includes('/')) return isProgram(command)
  const directories = (process.env['PATH'] ?? '').split(delimiter)
  return directories.some((directory) => isProgram(join(directory, command)))
}
