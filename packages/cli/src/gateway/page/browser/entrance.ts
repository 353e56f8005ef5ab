import { element } from './element.ts'

const showError = (input: HTMLInputElement, error: HTMLElement, text: string): void => {
  error.textContent = text
  if (text === '') input.removeAttribute('aria-invalid')
  else input.setAttribute('aria-invalid', 'true')
}

interface Form {
  readonly form: string
  readonly input: string
  readonly error: string
  /** Said where nothing was typed. */
  readonly missing: string
}

/** A form of one field. */
export const makeEntrance = (ids: Form, submit: (value: string) => void) => {
  const form = element('form', ids.form)
  const input = element('input', ids.input)
  const error = element('p', ids.error)
  const fail = (text: string): void => {
    showError(input, error, text)
    if (text !== '') input.focus()
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const value = input.value.trim()
    fail(value === '' ? ids.missing : '')
    if (value !== '') submit(value)
  })
  return {
    fail,
    fill: (value: string): void => {
      input.value = value
    },
    focus: () => input.focus(),
  }
}
