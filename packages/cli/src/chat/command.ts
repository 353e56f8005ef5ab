/** What a line in a conversation asks for. */
export type ChatLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'members' }
  | { readonly kind: 'invite'; readonly name: string }
  | { readonly kind: 'unknown'; readonly command: string }

export const chatHelp = [
  '/members       who is in the room',
  '/invite NAME   invite somebody',
  '/quit          leave the conversation (Ctrl+C, Ctrl+D)',
  '//text         send a text that begins with /',
].join('\n')

export const parseLine = (line: string): ChatLine => {
  if (line.trim() === '') return { kind: 'nothing' }
  if (!line.startsWith('/')) return { kind: 'text', text: line }
  if (line.startsWith('//')) return { kind: 'text', text: line.slice(1) }
  const [command = '', argument = ''] = line.slice(1).trim().split(/\s+/)
  switch (command) {
    case 'quit':
    case 'q':
      return { kind: 'quit' }
    case 'help':
    case '?':
      return { kind: 'help' }
    case 'members':
      return { kind: 'members' }
    case 'invite':
      return argument === ''
        ? { kind: 'unknown', command: 'invite without a name' }
        : { kind: 'invite', name: argument }
    default:
      return { kind: 'unknown', command }
  }
}
