/** Texts about the open room of a server: first run, the list, waiting, and the owner's switch. */
export const openRoom = {
  listTitle: 'Open to everyone here',
  preview: 'Select to join',
  previewWaiting: 'Waiting for a member…',
  title: '<bdi>{room}</bdi> is open',
  text: 'Everyone with an account on this server can join. It has {count, plural, one {# member} other {# members}} now.',
  join: 'Join <bdi>{room}</bdi>',
  who: 'Before you write, look at who is in the room and who let you in.',
  history: 'You cannot read messages from before you join.',
  waitingTitle: 'Waiting for a member of <bdi>{room}</bdi> to come online',
  waitingText:
    'You have asked to join. As soon as a member is online, their device lets you in and the room opens here. You do not have to stay on this page.',
  waitingSince: 'Asked {when}',
  withdraw: 'Stop waiting',
  choice: 'Open to everyone here',
  choiceHint: 'Everyone with an account here can join. The server knows this room’s name.',
  tag: 'Open',
  tagHint: 'Everyone with an account on this server can join',
  open: 'Open to everyone here…',
  close: 'Close to newcomers…',
  openTitle: 'Open <bdi>{room}</bdi> to everyone here?',
  openText:
    'Everyone with an account on this server can join, even while you are away: members’ devices let them in. The server learns the name of this room. You can close it again at any time.',
  openConfirm: 'Open the room',
  closeTitle: 'Close <bdi>{room}</bdi> to newcomers?',
  closeText:
    'Members stay. New people can join by invitation only, and the server deletes the name of this room.',
  closeConfirm: 'Close the room',
  peopleTitle: 'Also on this server',
  peopleInvite: 'Talk to <bdi>{name}</bdi>',
  peopleText: 'Creates the room and invites them.',
  sameName: 'You already have a room with this name. Two are hard to tell apart.',
  sameAsOpen:
    'This server’s open room has the same name. This would be a different room, and nobody in the open one would see what you write.',
} as const
