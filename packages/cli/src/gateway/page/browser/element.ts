/** The element of the document with this id. @throws Error where the document is another one */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  id: string,
): HTMLElementTagNameMap[K] => {
  const found = document.getElementById(id)
  if (found?.localName !== tag) throw new Error(`there is no ${tag} ${id}`)
  return found as HTMLElementTagNameMap[K]
}

/** A new element with a class and what stands in it; texts stay texts. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** A name that somebody has chosen, in whatever direction it is written. */
export const nameElement = (name: string): HTMLElement => make('bdi', '', name)
