import type { AccountView, Role, RoomView } from '@sotto/client'

/** What decides which commands are there, and which screens can be shown. */
export interface Situation {
  readonly account: Extract<AccountView, { kind: 'signed_in' }>
  /** In the order in which the list shows them. */
  readonly rooms: readonly RoomView[]
  /** The room of the address, which need not be on this device. */
  readonly roomId: string | null
  readonly room: RoomView | null
  /** The own role in it; null while it is not known. */
  readonly role: Role | null
  /** What the address has open over the room. */
  readonly opened: readonly string[]
}

/** What a part of the page does when it is asked, whoever asks. */
export type Request =
  /** Go to the field that finds rooms. */
  | 'find'
  /** Go to the newest message. */
  | 'latest'
  /** Go to the field that one writes in. */
  | 'write'

/** How one gets from here to elsewhere. */
export interface Ways {
  /** Opens a dialog or a panel by its name; the way back closes it. */
  open(screen: string): void
  close(screen: string): void
  /** Another room. `instead`: the way back does not lead to where one is now. */
  goTo(room: string, how?: 'instead'): void
  toList(how?: 'instead'): void
  /** @returns whether there is anybody who does it */
  ask(request: Request): boolean
}
