/** What is open beside a message, and which element it stands at. */
export type Opened =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'menu'; readonly id: string; readonly anchor: HTMLElement; readonly by: OpenedBy }
  | {
      readonly kind: 'panel'
      readonly id: string
      readonly anchor: HTMLElement
      readonly by: OpenedBy
      readonly action: string
    }

/** The focus goes back to a message only for who has brought it there by key. */
export type OpenedBy = 'key' | 'pointer'

/** The messages that the pointer rests on and that has the focus, by their ids. */
export interface Attention {
  readonly pointed: string | null
  readonly focused: string | null
  readonly opened: Opened
}

export const noAttention: Attention = { pointed: null, focused: null, opened: { kind: 'nothing' } }

/** The one message that shows what can be done with it: what is open holds it, else the pointer, else the focus. */
export const attended = ({ pointed, focused, opened }: Attention): string | null =>
  opened.kind === 'nothing' ? (pointed ?? focused) : opened.id
