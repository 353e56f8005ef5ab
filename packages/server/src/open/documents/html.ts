/** Text that is safe as markup: what was written as a template, with every other value escaped. */
export interface Html {
  readonly markup: string
}

type Part = string | number | Html | readonly Part[] | null

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '')

const isList = (part: Part): part is readonly Part[] => Array.isArray(part)

const markupOf = (part: Part): string => {
  if (part === null) return ''
  if (isList(part)) return part.map(markupOf).join('')
  return typeof part === 'object' ? part.markup : escaped(String(part))
}

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((text, at) => text + markupOf(parts[at] ?? null)).join(''),
})

/** A text in which what stands between backticks is code. */
export const prose = (text: string): Html =>
  html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`
