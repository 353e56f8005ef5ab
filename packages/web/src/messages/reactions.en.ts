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
} as const
