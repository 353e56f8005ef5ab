import type { FailureCode, Lack, NameReason, Obstacle } from '@sotto/client'

/** What a failure means to the person in front of the screen, and what they can do. */
export const failure = {
  bad_request: 'The server did not understand this. Reloading the page may help.',
  name_reserved: 'That name is kept, so that nobody passes for the server. Choose another one.',
  name_alike: 'That name looks like one that is taken: nobody could tell the two apart. Choose another one.',
  title_invalid: 'This cannot be called so. Choose another name.',
  text_empty: 'There is nothing to see in this message. Write something first.',
  name_invalid: 'A name has 2 to 31 letters, digits, dots, dashes or underscores, all of one script.',
  password_weak:
    'A password has 12 to 256 characters, something to see among them, and no control characters.',
  too_large: 'This is larger than the server accepts. Try less at a time.',
  unsupported_media: 'The server does not accept this.',
  not_found: 'There is no such thing here.',
  name_unknown: 'Nobody here has that name.',
  room_unknown: 'There is no such room.',
  name_taken: 'That name is taken. Choose another one.',
  room_full: 'This room is full. Removing members who do not use it any more makes room for others.',
  already_member: 'That person is in the room already.',
  already_invited: 'That person is invited already, and has not come in yet.',
  open_room_taken: 'This server has an open room already. You can join it instead.',
  unauthorized: 'Sign in first.',
  session_expired: 'Your session has ended. Sign in again.',
  invalid_credentials: 'The name or the password is wrong.',
  device_unknown:
    'The keys of this account are not in this browser. Open Sotto where you have used it before: signing in on a second device is not possible yet.',
  forbidden: 'This is not allowed.',
  origin_refused:
    'The server takes this page for one of another site: it is set up wrongly behind its proxy. Tell the people who run it: the proxy has to pass Host on, or the server to be started with --public-url.',
  host_refused:
    'The server does not go by the name in the address bar. Tell the people who run it: it has to be started with --public-url, or with --host-names.',
  plain_http:
    'What would be sent can be read on the way: this server is asked over plain http. Ask the people who run it for its https address.',
  registration_closed: 'This server takes no new accounts. Whoever runs it can change that.',
  invite_required:
    'This server takes new accounts by invitation only. Ask whoever runs it for an invite, then open its link.',
  invite_invalid:
    'This invite is used up, over, or was taken back. Ask whoever runs the server for a new one.',
  account_suspended:
    'Whoever runs this server has suspended this account. What is on this device stays here; only they can lift it.',
  not_member: 'This device is not in the room.',
  policy: 'The rules of this room do not allow that.',
  last_owner:
    'You are the only owner of this room, and without one nobody could change it any more. Make somebody else an owner first, in the list of members.',
  stale_epoch: 'The room has just changed. Try once more.',
  fork: 'The server and this device remember different histories of this room. What you received stays readable; the room says what can be done.',
  client_rollback:
    'This device has gone back to an older state. What is stored here stays, and the device takes its place again by itself.',
  server_rollback:
    'The server has lost messages that it had confirmed. This device has kept them and offers them to the server.',
  id_reused: 'This message was recorded differently before. It was not sent again; write it anew.',
  integrity:
    'What the server sent does not fit what it promised. It was not accepted, and what you have is safe; tell the people who run the server.',
  identity_changed:
    'The identity of this person is not the one known before. Nothing was sent to the new one; ask them in another way whether it is theirs.',
  rate: 'Too many tries in a short time.',
  quota:
    'There is no space for this on the server at the moment. Messages that you have written stay on this device and go out by themselves; for anything else, try again later.',
  key_package_unavailable:
    'That person has no device that can be invited yet. They need to sign in once; then try again.',
  read_only:
    'The server has no space left to store anything. What you write stays on this device; tell the people who run the server.',
  unavailable: 'The server is not ready. Try again in a moment.',
  offline: 'The server cannot be reached. Check your connection and try again.',
  timeout: 'The server did not answer in time. Try again.',
  no_account: 'There is no account on this device yet.',
  account_exists: 'There is an account on this device already.',
  profile_in_use:
    'Another tab of this browser runs Sotto and does not answer. What is stored is safe. Close the other tabs of Sotto and reload this page; look there whether what you did last has been done before you do it again.',
  keys_locked:
    'The keys of this device cannot be opened. What is stored was not changed; open it where it was made.',
  passphrase_wrong: 'The passphrase is not the right one. Try again.',
  closed: 'Sotto has been closed in this tab. What you wrote is stored; reload the page to go on.',
  unsupported: 'This browser lacks something that Sotto needs.',
  outdated:
    'The server has a newer version of Sotto than this page. What is stored is safe; reload the page to go on.',
  helper_lost:
    'A part of Sotto has not started in this browser, or has stopped. What is stored is safe. Try again; if it happens again, close other tabs and programs, for memory may be short, and reload the page.',
  fenced: 'Another tab has taken over. Reload this page to go on here.',
  storage_full: 'There is no space left on this device. What is stored is safe; free some and try again.',
  storage_damaged:
    'What is stored on this device cannot be read. It was not changed; reload the page, or restart this device.',
  storage_newer:
    'A newer version of Sotto has stored what is on this device, and this page cannot read it. Nothing was changed. Close the other tabs of Sotto and reload this page; if that does not help, the server has gone back to an older version: tell the people who run it.',
  clock_wrong: 'The clocks of this device and of the server differ. Set right the one that is wrong.',
  room_frozen: 'This room is frozen: nothing is sent until its state is repaired.',
  internal: 'Something went wrong on our side.',
} as const satisfies Record<FailureCode, string>

/** Why a name is refused, and so what to change. */
export const nameReason = {
  empty: 'There is nothing to see in this name. Write a letter, a digit or a sign.',
  short: 'A name has at least 2 characters.',
  long: 'This name is too long.',
  line: 'A name is one line, without control characters.',
  invisible:
    'There is a character in this name that nobody can see. Type the name anew instead of pasting it.',
  turns:
    'There is a character in this name that turns the direction of text. Type the name anew instead of pasting it.',
  piled: 'Too many marks are piled on one letter of this name.',
  malformed: 'This name is damaged. Type it anew.',
  character: 'A name has letters and digits, and dots, hyphens and underscores between them.',
  edges: 'A name begins and ends with a letter or a digit.',
  scripts: 'This name mixes letters of several scripts. Use those of one.',
  digits: 'This name mixes digits of several kinds. Use those of one.',
  marks: 'There are marks in this name without a letter, or too many on one.',
  joiner: 'There is a joiner or a dot in this name where its script has none.',
  direction: 'A name that is written from right to left begins with a letter.',
} as const satisfies Record<NameReason, string>

/** What the browser lacks, and what helps. */
export const lack = {
  secure_context:
    'The page did not come over https, and browsers encrypt on no other: use the https address.',
  cryptography:
    'It does not encrypt for pages (Web Crypto). A current version of Firefox, Chrome, Edge or Safari does.',
  web_assembly:
    'WebAssembly is missing or switched off, and your password is turned into a key with it. Lockdown Mode, an extension or whoever manages this browser may have switched it off: allow it for this address, or use another browser.',
  workers:
    'It runs no workers, in which Sotto does its work. A current version of Firefox, Chrome, Edge or Safari does.',
  web_locks:
    'It has no locks between tabs (Web Locks), and two tabs would spoil each other’s keys. A current version of Firefox, Chrome, Edge or Safari has them.',
  broadcast_channel:
    'Its tabs cannot talk to each other (BroadcastChannel). Those of a current version of Firefox, Chrome, Edge or Safari can.',
  indexed_db:
    'It has no database for pages (IndexedDB), and your keys would have nowhere to stay. It may be switched off in its settings.',
  storage_denied:
    'It does not let this page store anything, and your keys would have nowhere to stay. This may be a private window, or site data and cookies are blocked: open Sotto in an ordinary window, or allow site data for this address.',
} as const satisfies Record<Lack, string>

/** What stands between this device and the server, where that is known, and what helps. */
export const obstacle = {
  refused: 'Nothing listens at the address of the server. Is it running?',
  name_unknown: 'Nobody knows the name of the server. Check your connection.',
  port_blocked: 'The port of the server is kept for something else. It needs another one.',
  unreachable: 'No way leads to the server. Check your connection.',
  certificate_untrusted: 'The certificate of the server is not trusted on this device.',
  certificate_expired: 'The certificate of the server has expired, or is not valid yet.',
  certificate_name: 'The certificate of the server is for another name.',
  no_tls: 'One side speaks https and the other does not.',
  redirected: 'The address of the server leads on to another one.',
  not_sotto:
    'Something else answers in place of the Sotto server: a network that wants a login first, or a proxy that does not hand everything on.',
  gateway:
    'The proxy in front of the server answers that the server is away. Tell the people who run it: it has to be running, and the proxy to ask at its port.',
  body_limit:
    'The proxy in front of the server takes nothing of this size. Tell the people who run it: nginx calls the setting client_max_body_size.',
  crowded: 'The proxy in front of the server takes no more requests for the moment.',
} as const satisfies Record<Obstacle, string>

/** What has happened to a room, in one sentence, where the words for the failure of a command would not do. */
export const happened = {
  fork: 'The server shows this device another history of the room than the one it knows.',
  client_rollback: 'This device has gone back to an older state, as after a restored backup.',
  server_rollback: 'The server has lost messages of this room that it had confirmed.',
  policy: 'A change of this room breaks its rules, and this device has refused it.',
  integrity: 'What the server sent for this room does not fit what it promised.',
  identity_changed: 'The identity of a member is not the one that this device knew.',
  storage_full: 'There is no space left on this device for what arrives in this room.',
  storage_damaged: 'A part of what this device had stored of this room cannot be read.',
  read_only: 'The server has no space left to store anything.',
  other: 'This device could not follow a change of this room.',
} as const

/** What is safe nevertheless. */
export const safe = {
  fork: 'What you received before stays here as it was, and nothing of the other history is mixed into it.',
  client_rollback: 'What is stored here stays, and the others have everything that you sent.',
  server_rollback: 'This device has kept what it received, and what you wrote is not lost.',
  policy: 'Nobody has come in by it on this device, and what you received before stays readable.',
  integrity: 'Nothing of it was accepted, and what you received before stays readable.',
  identity_changed: 'Nothing was sent to the new identity, and what you received before stays readable.',
  storage_full: 'What is stored already stays readable, and the server keeps the rest for you.',
  storage_damaged: 'All other rooms are untouched, and what can be read stays readable.',
  read_only: 'What is stored already stays readable, and what you write waits on this device.',
  other: 'What you received before stays readable on this device.',
} as const

/** Why a message waits for which the server has no space: whose. */
export const noSpace = {
  account: 'You have stored as much as one may in a day. It is sent by itself, a little at a time.',
  room: 'This room has taken as much as it may in a day. It is sent by itself, a little at a time.',
  server:
    'The server is nearly full. It is sent by itself when there is space; tell the people who run the server.',
} as const
