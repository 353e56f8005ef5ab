export * from './table.ts'
export { parseSlash, type Slash } from './parse.ts'
export { completedText, type Completion, completionsOf } from './completion.ts'
export { type HelpLine, slashHelp } from './help.ts'
