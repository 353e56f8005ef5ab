import { element } from './element.ts'

/** Where one writes: Enter sends, with Shift a line begins; under a finger Enter always begins a line. */
export const makeComposer = (send: (text: string) => void) => {
  const form = element('form', 'composer')
  const text = element('textarea', 'text')
  const isTouched = matchMedia('(pointer: coarse)')

  const submit = (): void => {
    const { value } = text
    text.focus()
    if (value.trim() === '') return
    text.value = ''
    send(value)
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || isTouched.matches) return
    event.preventDefault()
    submit()
  })
  return {
    focus: () => text.focus(),
    clear: () => (text.value = ''),
    /** Puts a text back to where it was written, before what has been begun since. */
    putBack: (back: string): void => {
      if (back !== '') text.value = [back, text.value].filter((part) => part !== '').join('\n')
      text.focus()
    },
  }
}
