/** Texts about reactions. */
export const reactions = {
  add: 'React',
  group: 'Reactions',
  chip: '{emoji} {count, number}: {whose}',
  you: 'you',
  others: '{count, plural, one {# more} other {# more}}',
  common: 'Common emoji',
  search: 'Find an emoji',
  found: '{count, plural, =0 {No emoji} one {# emoji} other {# emoji}}',
  nothing: 'No emoji has that name. You can also paste one.',
  reacted: 'You reacted to <bdi>{name}</bdi> with {emoji}.',
  nothingThere: 'There is no recent message from someone else to react to.',
  noEmoji: '“<bdi>{text}</bdi>” is not an emoji or the name of one.',
} as const
