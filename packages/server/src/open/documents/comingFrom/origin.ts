/** What somebody reads who comes from a system that Sotto replaces. */
export interface Origin {
  /** In the address of the page. */
  readonly id: string
  readonly title: string
  /** What the system was, so that whoever used it knows it again. */
  readonly before: string
  /** What was called so there, and what it is called here. */
  readonly words: readonly (readonly [there: string, here: string])[]
  /** The shortest way, in order. */
  readonly way: readonly string[]
  readonly program: Program
  /** What is not here any more, and why. */
  readonly givenUp: readonly (readonly [what: string, why: string])[]
}

/** A program that the tests run as it stands here. */
export interface Program {
  readonly language: 'js' | 'ts' | 'sh'
  /** What the program needs, and what it does. */
  readonly about: string
  readonly text: string
}
