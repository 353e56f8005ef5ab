/** Texts about being invited, and about inviting. */
export const invitation = {
  title: 'You are invited to a room',
  from: 'The server says that <bdi>{name}</bdi> invited you.',
  fromUnknown: 'The server does not say who invited you.',
  unverified: 'Not verified yet',
  explain:
    'So far only the server says who invited you. When you accept, this device checks this against the members’ keys.',
  nameHidden: 'The room’s name is encrypted. You will see it when you have joined.',
  time: 'Invited {when}',
  mayContinue:
    '<bdi>{name}</bdi> is an owner of <rooms></rooms>, which is frozen on this device. This may be the room in which it continues; ask them if you did not expect it. When you accept, this device checks that nobody was added and that nobody has more rights than before.',
  accept: 'Accept',
  decline: 'Decline',
  accepting: 'Joining…',
  declining: 'Declining…',
  block: 'Block <bdi>{name}</bdi>',
  blockTitle: 'Block <bdi>{name}</bdi>',
  blockText:
    'They can no longer invite you, and are not told. Their open invitations are declined. Nothing changes in rooms that you are both in.',
  blockConfirm: 'Block',
  backTitle: 'You are invited back.',
  backFrom: 'The server says that <bdi>{name}</bdi> invited you.',
  backText:
    'When you accept, this device checks this against the members’ keys, and the room continues below. When you decline, it stays as it is.',
  backJoining: 'Joining the room. This device is getting the keys and checking the members.',
  joiningTitle: 'Joining the room',
  joiningText: 'This device is getting the keys and checking the members.',
  inviteTitle: 'Invite to <bdi>{room}</bdi>',
  inviteText: 'Once they accept, they can read new messages. They cannot read earlier ones.',
  inviteName: 'Names',
  inviteHint: 'The names they signed up with, separated by spaces or commas.',
  inviteConfirm: 'Invite',
  arriving: 'Still trying: people who have just signed up can be invited as soon as their device is ready.',
  invited: '<bdi>{name}</bdi> is invited.',
  invitedMany: '{count, number} people are invited.',
  nameMissing: 'Enter a name.',
} as const
