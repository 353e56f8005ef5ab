import { make } from './element.ts'
import type { Gateway, Outcome } from './gateway.ts'
import type { Messages } from './messages.ts'
import { texts } from './texts.ts'

interface Waiting {
  readonly text: string
  readonly item: HTMLLIElement
}

type Failure = Outcome & { readonly ok: false }

/** The same text would be refused again. */
const isHopeless: ReadonlySet<string> = new Set(['PAYLOAD_TOO_LARGE', 'TEXT_EMPTY', 'TEXT_MALFORMED'])

/**
 * What was written and has not come back yet: it is shown as on its way until the room has it, and stays with the reason
 * where the room does not get it.
 */
export const makeOutgoing = (messages: Messages, edit: (text: string) => void) => {
  const waiting = new Set<Waiting>()

  const drop = (one: Waiting): void => {
    waiting.delete(one)
    one.item.remove()
  }

  /** A button that takes the message from where it stands, and does something with its text. */
  const choice = (one: Waiting, label: string, act: (text: string) => void): HTMLButtonElement => {
    const button = make('button', 'quiet', label)
    button.addEventListener('click', () => {
      drop(one)
      act(one.text)
    })
    return button
  }

  const fail = (gateway: Gateway, one: Waiting, { code, why }: Failure): void => {
    const state = make('p', 'state', texts.notSent(why))
    state.setAttribute('role', 'alert')
    const again = isHopeless.has(code) ? [] : [choice(one, texts.again, (text) => send(gateway, text))]
    const choices = [...again, choice(one, texts.edit, edit), choice(one, texts.discard, () => edit(''))]
    one.item.classList.add('failed')
    one.item.querySelector('.state')?.replaceWith(state)
    one.item.append(make('p', 'choices', ...choices))
    messages.toEndIfNear()
  }

  const send = (gateway: Gateway, text: string): void => {
    const said = make('p', 'said', text)
    said.dir = 'auto'
    const item = make('li', 'message own waiting', said, make('p', 'state', texts.sending))
    // It is read out once it is said.
    item.ariaLive = 'off'
    const one: Waiting = { text, item }
    waiting.add(one)
    messages.show(item)
    void gateway.say(text).then((outcome) => {
      if (waiting.has(one) && !outcome.ok) fail(gateway, one, outcome)
    })
  }

  return {
    send,
    /** What we have said has come back from the room: the first of these words is on its way no more. */
    cameBack: (text: string): void => {
      for (const one of waiting)
        if (one.text === text) {
          drop(one)
          return
        }
    },
    clear: (): void => {
      for (const one of waiting) drop(one)
    },
  }
}
