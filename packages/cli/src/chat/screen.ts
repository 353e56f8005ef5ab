import { createInterface, type Interface } from 'node:readline'
import { columnsOf } from '../table.ts'

/** Where a conversation is shown: a terminal with a prompt at its foot, or a plain pipe. */
export interface Screen {
  /** Puts a text above the prompt. */
  show(text: string): void
  /** What stands before the text being typed. */
  setPrompt(prompt: string): void
  /** Lines that were entered, until the end of the input, `close`, or Ctrl+C. */
  readonly lines: AsyncIterable<string>
  close(): void
}

const pipeScreen = (): Screen => {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, terminal: false })
  return {
    show: (text) => process.stdout.write(`${text}\n`),
    setPrompt: () => {},
    lines,
    close: () => lines.close(),
  }
}

/** Rows that the prompt and what is typed behind it take. */
const rowsOf = (editor: Interface, typed: string, columns: number): number =>
  Math.max(1, Math.ceil((columnsOf(editor.getPrompt()) + columnsOf(typed)) / columns))

async function* entered(editor: Interface): AsyncIterable<string> {
  for await (const line of editor) {
    // The line comes back as a message with its time; what was typed makes room for it.
    process.stdout.write(`\x1b[${rowsOf(editor, line, process.stdout.columns || 80)}A\r\x1b[J`)
    editor.prompt()
    yield line
  }
}

const terminalScreen = (): Screen => {
  const editor = createInterface({ input: process.stdin, output: process.stdout, historySize: 200 })
  editor.on('SIGINT', () => editor.close())
  return {
    show: (text) => {
      // Up to the first row of the prompt, which a long line has pushed up; then everything below is drawn anew.
      const { rows } = editor.getCursorPos()
      process.stdout.write(`${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J${text}\n`)
      editor.prompt(true)
    },
    setPrompt: (prompt) => {
      if (prompt === editor.getPrompt()) return
      const { rows } = editor.getCursorPos()
      process.stdout.write(`${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J`)
      editor.setPrompt(prompt)
      editor.prompt(true)
    },
    lines: entered(editor),
    close: () => {
      editor.close()
      process.stdout.write('\n')
    },
  }
}

export const openScreen = (): Screen =>
  process.stdin.isTTY && process.stdout.isTTY ? terminalScreen() : pipeScreen()
