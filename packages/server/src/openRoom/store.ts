/** The open room of a server: there is one, or none. */
export interface OpenRoom {
  readonly room: Uint8Array
  /** By the choice of an owner, the one name of a room that the server knows. */
  readonly name: string
  readonly sinceMs: number
}

export interface Asker {
  readonly account: Uint8Array
  readonly askedMs: number
}

export interface AskBounds {
  readonly nowMs: number
  /** Requests from before are over. */
  readonly sinceMs: number
  readonly askersMax: number
}

/** What the server keeps of the open room and of those who ask to come in. Requests are of this room, and end with it. */
export interface OpenRoomStore {
  openRoom(): Promise<OpenRoom | undefined>
  /** In the place of what was the open room: the requests for that one go. The same room keeps its requests. */
  putOpenRoom(open: OpenRoom): Promise<void>
  /** Ends the openness of this room, and the requests; nothing where another room is the open one. */
  closeRoom(room: Uint8Array): Promise<void>
  /** Since when the account asks; undefined for one that does not, or of before. */
  askedMs(account: Uint8Array, sinceMs: number): Promise<number | undefined>
  /** Keeps the request, and an earlier one of the account as it was; those that are over go. */
  ask(account: Uint8Array, bounds: AskBounds): Promise<'kept' | 'full'>
  withdraw(account: Uint8Array): Promise<void>
  /** Who asks and is not in the room: one half of `countMax` those who have waited longest, the other the newest. */
  askers(room: Uint8Array, countMax: number, sinceMs: number): Promise<readonly Asker[]>
  /** When a member of the room was last there; undefined where nobody was. */
  memberSeenMs(room: Uint8Array): Promise<number | undefined>
  /** Who has registered last: neither the account itself, nor whoever blocks it, nor whoever is suspended. */
  people(
    account: Uint8Array,
    countMax: number,
  ): Promise<readonly { readonly account: Uint8Array; readonly name: string }[]>
}
