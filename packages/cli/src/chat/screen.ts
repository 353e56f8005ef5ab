import { on } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { linesOf } from '../lines.ts'
import { columnsOf } from '../table.ts'
import { standardOutput, writtenTo } from '../written.ts'

/** Where a conversation is shown: a terminal with a prompt at its foot, or a plain pipe. */
export interface Screen {
  /** Puts a text above the prompt. Resolves when it is written. */
  show(text: string): Promise<void>
  /** Puts a text beside the conversation: above the prompt, or on standard error where there is none. */
  remark(text: string): void
  /** What stands before the text being typed. */
  setPrompt(prompt: string): void
  /** Lines that were entered, until the end of the input, `close`, or Ctrl+C. */
  readonly lines: AsyncIterable<string>
  close(): void
}

const pipeScreen = (): Screen => ({
  show: (text) => standardOutput.put(`${text}\n`),
  remark: (text) => void process.stderr.write(`${text}\n`),
  setPrompt: () => {},
  lines: linesOf(process.stdin),
  close: () => void process.stdin.destroy(),
})

/** Rows that the prompt and what is typed behind it take. */
const rowsOf = (editor: Interface, typed: string): number =>
  Math.max(1, Math.ceil((columnsOf(editor.getPrompt()) + columnsOf(typed)) / (process.stdout.columns || 80)))

const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '')
const clearBelow = '\r\x1b[J'

/** At once, for the editor draws, too. */
const drawn = (text: string): Promise<void> => {
  const shown = writtenTo(process.stdout, text)
  // A caller that does not wait meets the failure with the next text that counts.
  shown.catch(() => {})
  return shown
}

async function* firstOf(events: AsyncIterable<readonly string[]>): AsyncIterable<string> {
  for await (const [line = ''] of events) yield line
}

const terminalScreen = (): Screen => {
  const editor = createInterface({ input: process.stdin, output: process.stdout, historySize: 200 })
  let isOpen = true
  editor.on('SIGINT', () => editor.close())
  editor.on('close', () => (isOpen = false))
  // The line comes back as a message with its time: what was typed makes room for it.
  editor.on('line', (line) => {
    process.stdout.write(`${up(rowsOf(editor, line))}${clearBelow}`)
    editor.prompt()
  })
  const lines = firstOf(on(editor, 'line', { close: ['close'] }) as AsyncIterable<readonly string[]>)
  const show = (text: string): Promise<void> => {
    if (!isOpen) return drawn(`\n${text}`)
    // Drawn anew, the editor goes up by as many rows as its cursor stood below its first one: they are made again.
    const { rows } = editor.getCursorPos()
    const shown = drawn(`${up(rows)}${clearBelow}${text}\n${'\n'.repeat(rows)}`)
    editor.prompt(true)
    return shown
  }
  return {
    lines,
    show,
    remark: (text) => void show(text),
    setPrompt: (prompt) => {
      if (!isOpen || prompt === editor.getPrompt()) return
      editor.setPrompt(prompt)
      editor.prompt(true)
    },
    close: () => {
      editor.close()
      process.stdout.write('\n')
    },
  }
}

export const openScreen = (): Screen =>
  process.stdin.isTTY && process.stdout.isTTY ? terminalScreen() : pipeScreen()
