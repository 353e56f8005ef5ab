/** What is said where two people make sure that nobody stands between them. */
export const verification = {
  open: '{state}: compare the safety number of {name}',
  short: {
    unverified: 'Identity not compared yet',
    verified: 'Identity verified',
    changed: 'Identity changed: ask before you trust it',
  },
  title: 'You and <bdi>{name}</bdi>',
  loading: 'Loading the safety number',
  unverified: 'Not compared yet',
  verified: 'Verified on {date}',
  changed: 'Identity changed',
  changedText:
    'The server shows another account in the place of the one that you know. Nothing is sent to it. Ask <bdi>{name}</bdi> in another way what has happened.',
  how: 'Meet, or call each other, and compare these 60 digits with those on the other screen. If they are the same, nobody reads along or pretends to be <bdi>{name}</bdi>.',
  digits: 'Safety number',
  picture: 'The code of this safety number',
  pictureText:
    'Nobody has to read digits if <bdi>{name}</bdi> uses Sotto in a terminal: any camera app reads this code, and its text goes to <code>sotto verify --code</code>.',
  confirm: 'They are the same',
  undo: 'Remove verification',
  mismatch: {
    other_digits: 'The safety number has changed meanwhile. Compare it once more.',
    no_code: 'This is not the code of a person on Sotto.',
    other_person: 'This is the code of somebody else.',
    other_sight:
      'The other one sees another account in your place: somebody stands between you. Say nothing secret here, and tell whoever runs the server.',
  },
} as const
