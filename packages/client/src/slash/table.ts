/** What stands behind a command. */
export type SlashSubject = 'TEXT' | 'NAME' | 'EMOJI'

export type SlashArgument =
  | { readonly kind: 'none' }
  | { readonly kind: 'optional'; readonly what: SlashSubject }
  | { readonly kind: 'needed'; readonly what: SlashSubject }

/**
 * Something that can be said with a slash in front. A command runs in the client of the one who types it; the others see
 * nothing but what comes of it. Each place where one writes has a list of its own, in the order in which help shows them;
 * `Run` is what that place needs to run one.
 */
export interface SlashCommand<Run = unknown> {
  readonly name: string
  /** Shorter ways to say it. */
  readonly aliases: readonly string[]
  readonly argument: SlashArgument
  readonly deed:
    /** The text that is sent in its place. */
    | { readonly kind: 'says'; readonly text: (argument: string) => string }
    | { readonly kind: 'runs'; readonly run: Run }
}

/** A command that a bot in the room listens to. */
export interface OfferedCommand {
  /** Without the slash. */
  readonly name: string
  readonly summary: string
  /** Name of the bot. */
  readonly bot: string
}

/** Words that two commands of a list claim, be it as a name or as a shorter way to say it. */
export const claimedTwice = (commands: readonly SlashCommand[]): readonly string[] => {
  const words = commands.flatMap(({ name, aliases }) => [name, ...aliases])
  return [...new Set(words.filter((word, at) => words.indexOf(word) !== at))]
}
