/** The open room of a server: first run, the list, waiting, and the owner's switch. */
export const openRoom = {
  listTitle: 'Open to everybody here',
  preview: 'Press to join',
  previewWaiting: 'Waiting for a member…',
  title: '<bdi>{room}</bdi> is open',
  text: 'Everybody who registers on this server may come in. {count, plural, one {# member is} other {# members are}} in it now.',
  join: 'Join <bdi>{room}</bdi>',
  who: 'Before you say anything, look who is in the room and who has brought you in.',
  history: 'What was said before you come in stays with those who were there.',
  waitingTitle: 'Waiting for a member of <bdi>{room}</bdi> to come online',
  waitingText:
    'You have asked to come in. As soon as a device of a member is online it brings you in, and the room opens here by itself. You need not stay.',
  waitingSince: 'Asked {when}',
  withdraw: 'Do not wait any more',
  choice: 'Open to everybody here',
  choiceHint: 'Everybody who registers here may come in; this room’s name is known to the server.',
  tag: 'Open',
  tagHint: 'Everybody who registers on this server may come in',
  open: 'Open to everybody here…',
  close: 'Close to newcomers…',
  openTitle: 'Open <bdi>{room}</bdi> to everybody here?',
  openText:
    'Everybody who registers on this server may come in, whether you are there or not: the devices of members bring them in. The server learns the name of this room. You can close it again at any time.',
  openConfirm: 'Open the room',
  closeTitle: 'Close <bdi>{room}</bdi> to newcomers?',
  closeText:
    'Whoever is in stays. From then on people come in by invitation only, and the server deletes the name of this room.',
  closeConfirm: 'Close the room',
  peopleTitle: 'Also on this server',
  peopleInvite: 'Talk to <bdi>{name}</bdi>',
  peopleText: 'Makes the room and invites them.',
  sameName: 'You have a room of this name already. Two are hard to tell apart.',
  sameAsOpen:
    'The open room of this server is called the same. What you make here is another room, and nobody in that one hears you.',
} as const
