import { decodePublicGroup, storedVersion } from '@sotto/mls'
import { decodePolicy } from '@sotto/trust'
import { chainRow, contactRow } from '../account/contactRows.ts'
import { keyPackageRow } from '../account/keyPackageRows.ts'
import { noteRow } from '../account/notes.ts'
import { inviteRow, passwordFormRow, profileRow, serverPinRow, sessionRow } from '../account/profile.ts'
import { wishRow } from '../openRoom/wish.ts'
import { rawBlockRow } from '../room/rawKeeper.ts'
import { rawRow } from '../room/rawLog.ts'
import { roomShapes } from '../room/rows.ts'
import { mark, marks } from '../timeline/marks.ts'
import { place } from '../timeline/places.ts'
import { logRecord } from '../timeline/record.ts'
import { verifiedRow } from '../verification/marks.ts'
import { type Damage, type Family, shaped, type Value, written } from './family.ts'
import { decodeVersion, versionKey } from './version.ts'

const ofLength = (length: number) => (stored: Uint8Array) => {
  if (stored.length !== length) throw new Error(`${stored.length} bytes`)
}

const checkPolicy = (stored: Uint8Array): void => {
  const policy = decodePolicy(stored)
  if (policy.kind === 'refused') throw new Error(policy.rule)
}

const checkDevices = (stored: Uint8Array): void => {
  if (!/^[0-9a-f]{32}(@[0-9]+)?( [0-9a-f]{32}(@[0-9]+)?)*$/.test(String.fromCharCode(...stored)))
    throw new Error('no devices')
}

const family = (key: string, value: Value, damage: Damage): Family => ({ key, value, damage })

const groupPart = written(`mls group part ${storedVersion}`)

/**
 * Every kind of row that this program writes. What a shape takes may change only together with `newestVersion` and a
 * migration: a test compares them with what was written down for the version.
 */
export const schema: readonly Family[] = [
  family(versionKey, written('[needed, reached, cursor]', decodeVersion), 'profile'),

  profileRow.family,
  inviteRow.family,
  passwordFormRow.family,
  sessionRow.family,
  serverPinRow.family,
  wishRow.family,

  family('contact/<account>', shaped(contactRow), 'rebuilt'),
  family('chain/<account>', shaped(chainRow), 'missing'),
  family('name/<hash>', written('account', ofLength(32)), 'question'),
  family('blocked/<account>', written('nothing', ofLength(0)), 'rebuilt'),
  family('verified/<account>', shaped(verifiedRow), 'forgotten'),
  family('keypackage/<keyPackage>', shaped(keyPackageRow), 'rebuilt'),
  family('note/<hash>', shaped(noteRow), 'question'),

  family('rooms/<room>/phase', shaped(roomShapes.phase), 'room'),
  family('rooms/<room>/place', shaped(roomShapes.place), 'room'),
  family('rooms/<room>/meta', shaped(roomShapes.meta), 'room'),
  family('rooms/<room>/metakeys', shaped(roomShapes.metaKeys), 'room'),
  family('rooms/<room>/pending', shaped(roomShapes.pending), 'room'),
  family('rooms/<room>/hooks', shaped(roomShapes.hooks), 'room'),
  family('rooms/<room>/intents', shaped(roomShapes.intents), 'room'),
  family('rooms/<room>/face', shaped(roomShapes.summary), 'rebuilt'),
  family('rooms/<room>/charter', written('policy of the room', checkPolicy), 'rebuilt'),
  family('rooms/<room>/offers', shaped(roomShapes.offers), 'rebuilt'),
  family('rooms/<room>/declined', shaped(roomShapes.declined), 'rebuilt'),
  family('rooms/<room>/draft', shaped(roomShapes.draft), 'forgotten'),
  family('group/<room>/<part>', groupPart, 'room'),
  family('staged/<room>/<part>', groupPart, 'room'),
  family('outbox/<room>/<number>', shaped(roomShapes.outboxItem), 'room'),
  family(
    'observed/<room>/group',
    written(`mls public group ${storedVersion}`, (stored) => void decodePublicGroup(stored)),
    'missing',
  ),

  family('log/<room>/<number>', shaped(logRecord), 'shown'),
  family(
    'known/<room>/<message>',
    written('<device>[@<seq>], a space between them', checkDevices),
    'missing',
  ),
  family('refs/<room>/<reference>', shaped(place), 'missing'),
  family('marks/<room>/<number>', shaped(marks), 'missing'),
  family('markwait/<room>/<number>.<reference>', shaped(mark), 'missing'),
  family('raw/<room>/<number>', shaped(rawRow), 'missing'),
  family('rawblock/<room>/<number>', shaped(rawBlockRow), 'rebuilt'),
]
