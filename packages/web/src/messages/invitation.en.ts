/** What is said about being invited, and about inviting. */
export const invitation = {
  title: 'You are invited to a room',
  from: 'The server says that <bdi>{name}</bdi> invites you.',
  fromUnknown: 'The server does not say who invites you.',
  unverified: 'Not verified yet',
  explain:
    'Only the server has said who invites you. When you accept, this device checks it against the keys of the members.',
  nameHidden: 'The name of the room is encrypted. You will see it when you have joined.',
  time: 'Invited {when}',
  mayContinue:
    '<bdi>{name}</bdi> is an owner of <rooms></rooms>, frozen on this device. This may be the room in which it goes on; ask them if you did not expect it. When you accept, this device checks that nobody was added and nobody has more rights than before.',
  accept: 'Accept',
  decline: 'Decline',
  accepting: 'Joining…',
  declining: 'Declining…',
  block: 'Block <bdi>{name}</bdi>',
  blockTitle: 'Block <bdi>{name}</bdi>',
  blockText:
    'They cannot invite you any more, and are not told. Their invitations that wait are declined. In rooms where you both are, nothing changes.',
  blockConfirm: 'Block',
  backTitle: 'You are invited back.',
  backFrom: 'The server says that <bdi>{name}</bdi> invites you.',
  backText:
    'When you accept, this device checks it against the keys of the members, and the room goes on below what stands here. When you decline, it stays as it is.',
  backJoining: 'Joining the room. This device is fetching the keys and checking the members.',
  joiningTitle: 'Joining the room',
  joiningText: 'This device is fetching the keys and checking the members.',
  inviteTitle: 'Invite to <bdi>{room}</bdi>',
  inviteText:
    'Once they accept, they can read what is said from now on. They cannot read what was said before.',
  inviteName: 'Names',
  inviteHint: 'The names they signed up with; with spaces or commas between several.',
  inviteConfirm: 'Invite',
  arriving: 'Still trying: somebody who has just signed up can be invited as soon as their device is ready.',
  invited: '<bdi>{name}</bdi> is invited.',
  invitedMany: '{count, number} people are invited.',
  nameMissing: 'Enter a name.',
} as const
