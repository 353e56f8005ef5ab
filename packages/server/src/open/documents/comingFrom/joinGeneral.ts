import type { Origin } from './origin.ts'

export const joinGeneral: Origin = {
  id: 'join-general',
  title: 'Two windows, and “join General”',
  before:
    'Two people open the same page or program, each types a name, both press “join General”, and talk; nobody invites anybody.',
  words: [
    [
      'General',
      'the open room of the server: the first person makes it, everybody who registers there may come in',
    ],
    ['join', '_Join “General”_ on the page, `sotto room join General` in a terminal'],
    ['a name', 'an account: a name and a password, once'],
    ['whoever is there', 'the members of the room, by keys that each device checks'],
    ['any other room', 'a room into which members invite: `sotto room invite ROOM NAME`'],
  ],
  way: [
    'The first person signs up and presses _Create “General”_. The tick for everybody who registers here is set; it says what the server learns by it: this one name.',
    'The second person signs up and presses _Join “General”_. The device of any member who is online lets them in; until then it says that it waits, and the room opens by itself.',
    'In terminals the same, as below. `sotto room close General` shuts the door again, for its owners.',
  ],
  program: {
    language: 'sh',
    about: 'Alice and Bob in one terminal, each with a profile of their own, on the server in `URL`.',
    text: `password='a long enough passphrase'
echo "$password" | npx sotto --profile alice register alice --server "$URL" --password-stdin
npx sotto --profile alice room create General
# Alice is there, as in a window that stays open.
npx sotto --profile alice receive General --count 1 --timeout 120 > heard.json &
echo "$password" | npx sotto --profile bob register bob --server "$URL" --password-stdin
npx sotto --profile bob room join General
npx sotto --profile bob send General 'hello from the other window'
wait
cat heard.json
`,
  },
  givenUp: [
    ['a room that the server can read', 'the server has bytes; who is in the room holds the keys'],
    [
      'keys that are agreed on with whoever answers',
      'each device checks who brought it in, and says when a key has changed',
    ],
    ['what was said before one came', 'who comes later does not read it: keys of before are not handed on'],
  ],
}
