/** An MLS engine as the bench sees it: members who hold their own state, and bytes between them. */
export interface Peer {
  readonly name: string
  member(index: number): Promise<Member>
}

export interface Handshake {
  readonly commit: Uint8Array
  readonly welcome?: Uint8Array
  /** What joiners are given beside the Welcome; undefined where the Welcome carries the tree. */
  readonly tree?: unknown
}

export interface Member {
  /** Makes a key package and keeps what belongs to it. */
  keyPackage(): Promise<Uint8Array>
  create(): Promise<void>
  /** Both are adopted at once, as if the server had accepted them. */
  add(keyPackages: readonly Uint8Array[]): Promise<Handshake>
  update(): Promise<Handshake>
  process(commit: Uint8Array): Promise<void>
  join(handshake: Handshake): Promise<void>
  encrypt(data: Uint8Array): Promise<Uint8Array>
  decrypt(message: Uint8Array): Promise<Uint8Array>
  /** Bytes of the state as the engine writes it; undefined where it keeps that to itself. */
  stateBytes(): Promise<number | undefined>
}

export const groupId = Uint8Array.from({ length: 16 }, (_, i) => i)
