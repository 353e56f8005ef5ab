import { styleText } from 'node:util'
import type { Writable } from 'node:stream'
import { jsonLine } from './json.ts'
import type { Pen } from './written.ts'

/** `json`: one value a line for programs; `human`: calm text for people. */
export type OutputFormat = 'human' | 'json'

export interface Output {
  readonly format: OutputFormat
  /** The result of a command: `value` for programs, `text` for people (nothing where it is null). */
  result(value: unknown, text: string | null): void
  /** The same; resolves when the system has it. @throws as `Pen.put` */
  told(value: unknown, text: string): Promise<void>
  /** A remark beside the result; for people only, on standard error. */
  remark(text: string): void
  /** Something both should know beside the result, on standard error. */
  notice(value: unknown, text: string): void
}

/** Results are written in their order; the end of the program waits for them and says what has kept them from it. */
export const lineOutput = (format: OutputFormat, out: Pick<Pen, 'put'>, err: Writable): Output => ({
  format,
  result: (value, text) => {
    switch (format) {
      case 'json':
        void out.put(`${jsonLine(value)}\n`)
        return
      case 'human':
        if (text !== null) void out.put(`${text}\n`)
        return
    }
  },
  told: (value, text) => out.put(`${format === 'json' ? jsonLine(value) : text}\n`),
  remark: (text) => {
    if (format === 'human') err.write(`${text}\n`)
  },
  notice: (value, text) => {
    err.write(`${format === 'json' ? jsonLine(value) : text}\n`)
  },
})

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

/** Colour where standard output is a terminal and NO_COLOR is not set; plain text elsewhere. */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout, validateStream: true })
