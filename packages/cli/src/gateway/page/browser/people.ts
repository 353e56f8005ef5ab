import { element, make, nameElement } from './element.ts'
import { texts } from './texts.ts'

const hues = [15, 55, 95, 145, 185, 240, 285, 335]

/** Equal names have equal colours. */
const hueOf = (name: string): number => {
  let sum = 7
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return hues[sum % hues.length] ?? 0
}

/** Decoration: the name always stands beside it. */
export const avatar = (name: string): HTMLElement => {
  const [initial = ''] = name
  const made = make('span', 'avatar', initial.toUpperCase())
  made.style.setProperty('--hue', String(hueOf(name)))
  made.setAttribute('aria-hidden', 'true')
  return made
}

/** The list of who is there: beside the conversation, or, where that is narrow, behind a button. */
export const makePeople = () => {
  const list = element('ul', 'people-list')
  const panel = element('aside', 'people')
  const button = element('button', 'people-button')
  const conversation = element('main', 'conversation')

  const open = (isOpen: boolean): void => {
    panel.classList.toggle('open', isOpen)
    button.setAttribute('aria-expanded', String(isOpen))
    // It is covered: nothing in it is to have the focus.
    for (const part of conversation.querySelectorAll<HTMLElement>(':scope > *')) part.inert = isOpen
  }
  matchMedia('(min-width: 48rem)').addEventListener('change', () => open(false))
  button.addEventListener('click', () => open(button.getAttribute('aria-expanded') !== 'true'))
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || button.getAttribute('aria-expanded') !== 'true') return
    open(false)
    button.focus()
  })

  return {
    show: (names: readonly string[], self: string): void => {
      const others = names.filter((name) => name !== self)
      list.replaceChildren(
        ...[self, ...others].map((name) => {
          const own = name === self ? [make('span', 'soft', ` (${texts.you})`)] : []
          return make('li', '', avatar(name), make('span', 'name', nameElement(name), ...own))
        }),
      )
      button.textContent = texts.people(others.length + 1)
    },
    close: () => open(false),
  }
}
