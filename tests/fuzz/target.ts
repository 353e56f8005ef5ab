/** Something that takes bytes from outside. */
export interface Target {
  readonly name: string
  /** Valid ones, from which the others are made. */
  seeds(): Promise<readonly Uint8Array[]>
  /** What it means; throws for what it takes for nothing. */
  read(bytes: Uint8Array): unknown
  /** The bytes of what was read: the same as came, or there are two ways of writing one thing. */
  write?(value: never): Uint8Array
  /** Whether an error is one that a reader may throw. */
  isRefusal(error: unknown): boolean
}

/** What is wrong with a reader that met these bytes. */
export type Fault =
  | { readonly kind: 'threw'; readonly what: string }
  | { readonly kind: 'not_canonical'; readonly becomes: string }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'large'; readonly bytes: number }

export interface Finding {
  readonly target: string
  readonly hex: string
  readonly fault: Fault
}
