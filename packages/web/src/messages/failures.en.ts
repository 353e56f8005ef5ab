import type { FailureCode, Lack, NameReason, Obstacle } from '@sotto/client'

/** What a failure means to the person in front of the screen, and what they can do. */
export const failure = {
  bad_request: 'The server did not understand this. Reloading the page may help.',
  name_reserved: 'That name is reserved. Choose another one.',
  name_alike: 'That name looks too much like one that is taken. Choose another one.',
  title_invalid: 'This name cannot be used. Choose another one.',
  text_empty: 'This message is empty. Write something first.',
  name_invalid: 'A name has 2 to 31 letters, digits, dots, dashes or underscores, all in one script.',
  password_weak: 'A password has 12 to 256 characters, not only spaces, and no control characters.',
  too_large: 'This is larger than the server accepts. Try less at a time.',
  unsupported_media: 'The server does not accept this.',
  not_found: 'This could not be found.',
  name_unknown: 'Nobody here has that name.',
  room_unknown: 'There is no such room.',
  name_taken: 'That name is taken. Choose another one.',
  room_full: 'This room is full. Remove members who no longer use it to make space for others.',
  already_member: 'That person is already in the room.',
  already_invited: 'That person has already been invited and has not joined yet.',
  open_room_taken: 'This server already has an open room. You can join it instead.',
  unauthorized: 'Sign in first.',
  session_expired: 'Your session has ended. Sign in again.',
  invalid_credentials: 'The name or the password is wrong.',
  device_unknown:
    'This browser does not have the keys of this account. Open Sotto where you used it before: signing in on a second device is not possible yet.',
  forbidden: 'This is not allowed.',
  origin_refused:
    'The server believes that this page belongs to another site. Tell the person who runs the server: the proxy has to pass on Host, or the server has to be started with --public-url.',
  host_refused:
    'The server does not know the name in the address bar. Tell the person who runs the server: it has to be started with --public-url or --host-names.',
  plain_http:
    'The connection to this server is plain http, so others on the network could read what you send. Ask the person who runs the server for its https address.',
  registration_closed: 'This server does not accept new accounts. The person who runs it can change that.',
  invite_required:
    'You need an invite to create an account here. Ask the person who runs this server for one, then open its link.',
  invite_invalid:
    'This invite has been used, has expired, or was withdrawn. Ask the person who runs the server for a new one.',
  account_suspended:
    'The person who runs this server has suspended this account. What is on this device stays here. Only they can lift the suspension.',
  not_member: 'This device is not in the room.',
  policy: 'The rules of this room do not allow that.',
  last_owner:
    'You are the only owner of this room, and a room needs an owner. Make someone else an owner first, in the list of members.',
  stale_epoch: 'The room has just changed. Try again.',
  fork: 'The server and this device have different histories of this room. You can still read what you received; open the room to see what you can do.',
  client_rollback:
    'This device has gone back to an older state. What is stored here stays, and the device rejoins its rooms by itself.',
  server_rollback:
    'The server has lost messages that it had confirmed. This device has kept them and is giving them back.',
  id_reused:
    'The server already has a different message in place of this one. It was not sent again; write it once more.',
  integrity:
    'The server sent something that does not match what it confirmed before. It was not accepted, and your messages are safe. Tell the person who runs the server.',
  identity_changed:
    'This person’s identity has changed. Nothing was sent to the new one. Ask them, by phone or in person, whether it is theirs.',
  rate: 'Too many attempts in a short time.',
  quota:
    'The server has no space for this at the moment. Messages that you have written stay on this device and are sent later; for anything else, try again later.',
  key_package_unavailable:
    'That person has no device that can be invited yet. They need to sign in once; then try again.',
  read_only:
    'The server has no space left. What you write stays on this device. Tell the person who runs the server.',
  unavailable: 'The server is not ready. Try again in a moment.',
  offline: 'The server cannot be reached. Check your connection and try again.',
  timeout: 'The server did not answer in time. Try again.',
  no_account: 'There is no account on this device yet.',
  account_exists: 'There is already an account on this device.',
  profile_in_use:
    'Sotto is open in another tab that does not respond. What is stored is safe. Close the other tabs of Sotto and reload this page. Before you repeat what you did last, check whether it was done.',
  keys_locked:
    'The keys of this device cannot be opened. What is stored was not changed; open it on the device where it was created.',
  passphrase_wrong: 'The passphrase is wrong. Try again.',
  closed: 'Sotto has been closed in this tab. What you wrote is stored; reload the page to continue.',
  unsupported: 'This browser lacks something that Sotto needs.',
  outdated:
    'The server has a newer version of Sotto than this page. What is stored is safe; reload the page to continue.',
  helper_lost:
    'Part of Sotto did not start in this browser, or has stopped. What is stored is safe. Try again. If it happens again, memory may be low: close other tabs and programs, and reload the page.',
  fenced: 'Another tab has taken over. Reload this page to continue here.',
  storage_full:
    'There is no space left on this device. What is stored is safe. Free some space and try again.',
  storage_damaged:
    'What is stored on this device cannot be read. It was not changed. Reload the page, or restart this device.',
  storage_newer:
    'What is on this device was stored by a newer version of Sotto, and this page cannot read it. Nothing was changed. Close the other tabs of Sotto and reload this page. If that does not help, the server has gone back to an older version: tell the person who runs it.',
  clock_wrong: 'The clocks of this device and of the server differ. Correct the one that is wrong.',
  room_frozen: 'This room is frozen: nothing is sent until it has been repaired.',
  internal: 'Something went wrong on our side.',
} as const satisfies Record<FailureCode, string>

/** Why a name is refused, and so what to change. */
export const nameReason = {
  empty: 'This name has no visible characters. Use letters or digits.',
  short: 'A name has at least 2 characters.',
  long: 'This name is too long.',
  line: 'A name is one line, without control characters.',
  invisible: 'This name contains an invisible character. Type the name instead of pasting it.',
  turns:
    'This name contains a character that changes the direction of text. Type the name instead of pasting it.',
  piled: 'A letter of this name has too many marks.',
  malformed: 'This name is damaged. Type it again.',
  character: 'A name can have letters and digits, with dots, dashes and underscores between them.',
  edges: 'A name begins and ends with a letter or a digit.',
  scripts: 'This name mixes letters of several scripts. Use only one script.',
  digits: 'This name mixes digits of several scripts. Use only one.',
  marks: 'This name has marks without a letter, or too many on one letter.',
  joiner: 'This name has a joiner or a dot where its script does not use one.',
  direction: 'A name written from right to left has to begin with a letter.',
} as const satisfies Record<NameReason, string>

/** What the browser lacks, and what helps. */
export const lack = {
  secure_context:
    'This page did not come over https, and browsers allow encryption only there. Use the https address.',
  cryptography:
    'Encryption for web pages (Web Crypto) is missing. Current versions of Firefox, Chrome, Edge and Safari have it.',
  web_assembly:
    'WebAssembly is missing or switched off; Sotto needs it to turn your password into a key. Lockdown Mode, an extension or an administrator may have switched it off: allow it for this address, or use another browser.',
  workers:
    'Workers, in which Sotto runs, are missing. Current versions of Firefox, Chrome, Edge and Safari have them.',
  web_locks:
    'Locks between tabs (Web Locks) are missing; without them two tabs would damage each other’s keys. Current versions of Firefox, Chrome, Edge and Safari have them.',
  broadcast_channel:
    'Messages between tabs (BroadcastChannel) are missing. Current versions of Firefox, Chrome, Edge and Safari have them.',
  indexed_db:
    'Storage for web pages (IndexedDB) is missing, so your keys could not be kept. It may be switched off in the browser’s settings.',
  storage_denied:
    'The browser does not let this page store anything, so your keys could not be kept. This may be a private window, or site data and cookies are blocked. Open Sotto in a normal window, or allow site data for this address.',
} as const satisfies Record<Lack, string>

/** What stands between this device and the server, where that is known, and what helps. */
export const obstacle = {
  refused: 'Nothing answers at the server’s address. Is the server running?',
  name_unknown: 'The server’s name could not be found. Check your connection.',
  port_blocked: 'The server’s port is reserved for something else. The server needs another port.',
  unreachable: 'The server cannot be reached. Check your connection.',
  certificate_untrusted: 'The server’s certificate is not trusted on this device.',
  certificate_expired: 'The server’s certificate has expired or is not valid yet.',
  certificate_name: 'The server’s certificate is for another name.',
  no_tls: 'One side uses https and the other does not.',
  redirected: 'The server’s address redirects to another one.',
  not_sotto:
    'Something other than the Sotto server answers: a network that wants you to log in first, or a proxy that does not pass everything on.',
  gateway:
    'The proxy says that the server is down. Tell the person who runs the server: it has to be running, on the port that the proxy uses.',
  body_limit:
    'The proxy rejects requests of this size. Tell the person who runs the server: in nginx the setting is client_max_body_size.',
  crowded: 'The proxy accepts no more requests at the moment.',
} as const satisfies Record<Obstacle, string>

/** What has happened to a room, in one sentence, where the words for the failure of a command would not do. */
export const happened = {
  fork: 'The server shows a different history of this room than the one this device knows.',
  client_rollback: 'This device has gone back to an older state, as after restoring a backup.',
  server_rollback: 'The server has lost messages of this room that it had confirmed.',
  policy: 'A change to this room breaks its rules, and this device has rejected it.',
  integrity: 'The server sent something for this room that does not match what it confirmed before.',
  identity_changed: 'The identity of a member has changed.',
  storage_full: 'This device has no space left for new messages in this room.',
  storage_damaged: 'Part of what this device has stored for this room cannot be read.',
  read_only: 'The server has no space left to store anything.',
  other: 'This device could not process a change to this room.',
} as const

/** What is safe nevertheless. */
export const safe = {
  fork: 'What you received before is unchanged; nothing of the other history was added to it.',
  client_rollback: 'What is stored here stays, and the others have everything that you sent.',
  server_rollback: 'This device has kept what it received, and nothing that you wrote is lost.',
  policy: 'On this device nobody joined because of it, and you can still read what you received before.',
  integrity: 'None of it was accepted, and you can still read what you received before.',
  identity_changed: 'Nothing was sent to the new identity, and you can still read what you received before.',
  storage_full: 'You can still read what is stored, and the server keeps the rest for you.',
  storage_damaged: 'Other rooms are not affected, and you can still read the rest of this one.',
  read_only: 'You can still read what is stored, and what you write waits on this device.',
  other: 'You can still read what you received before on this device.',
} as const

/** Why a message waits for which the server has no space: whose. */
export const noSpace = {
  account: 'You have reached the daily storage limit of your account. This is sent little by little.',
  room: 'This room has reached its daily storage limit. This is sent little by little.',
  server: 'The server is almost full. This is sent when there is space. Tell the person who runs the server.',
} as const
