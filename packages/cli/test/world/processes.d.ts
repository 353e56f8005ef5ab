import { type ChildProcessWithoutNullStreams } from 'node:child_process'
/** `script` of util-linux gives a program a terminal; elsewhere the tests in one do not run. */
export declare const noScript: boolean
/** A `sotto` of its own, as in a terminal or a pipe. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  out(): string
  err(): string
  type(text: string): void
  /** Resolves when standard output holds `text`. Rejects when the program ends before. */
  says(text: string): Promise<void>
  readonly ended: Promise<Ended>
}
export interface Ended {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}
export interface ServerProcess {
  readonly running: Running
  kill(): Promise<void>
  stop(): Promise<Ended>
}
export interface World {
  readonly url: string
  readonly data: string
  /** Directory of a profile by its name. */
  profile(name: string): string
  serve(): Promise<ServerProcess>
  start(profile: string, ...args: readonly string[]): Running
  /** The same in a terminal, whose keyboard is `type`. */
  inTerminal(profile: string, ...args: readonly string[]): Running
  /** A line of the shell, in which `sotto` is the command with this profile. */
  inShell(profile: string, line: string): Promise<Ended>
  /** The same, with nothing before the command, which takes the place of the shell. */
  startInShell(profile: string, line: string): Running
  /** Runs a command to its end, with `input` on its standard input. */
  sotto(profile: string, args: readonly string[], input?: string | Uint8Array): Promise<Ended>
  /** Registers `name` under a profile of that name. */
  register(name: string): Promise<void>
  /** Ends every process that runs. */
  quiet(): Promise<void>
  /**
   * Keeps the server's data and all profiles as they are now, with nothing running.
   *
   * @returns what puts them back, with nothing running again
   */
  keep(): Promise<() => Promise<void>>
  end(): Promise<void>
}
export declare const password = 'correct horse battery'
/** Directories, a port and processes that end with the test. */
export declare const makeWorld: () => Promise<World>
/** JSON values, one a line. */
export declare const values: (out: string) => readonly Record<string, unknown>[]
