import { type Fault, isFault } from './faults.ts'

/** Worlds in which something was found; each is run for good. */
export interface KeptSeed {
  readonly seed: number
  readonly steps: number
  readonly devices: number
  readonly faults: readonly Fault[]
  readonly programs: number
  readonly openRoom: boolean
  /** What it found, in one line. */
  readonly found: string
}

/** @param faults as the command line takes them */
const kept = (
  seed: number,
  faults: string,
  found: string,
  more: Partial<Omit<KeptSeed, 'seed' | 'faults' | 'found'>> = {},
): KeptSeed => ({
  seed,
  steps: 300,
  devices: 6,
  programs: 0,
  openRoom: false,
  faults: faults.split(',').filter(isFault),
  found,
  ...more,
})

export const keptSeeds: readonly KeptSeed[] = [
  kept(
    1,
    '',
    'a message that begins with a byte order mark could be read by nobody, and its author could not open the room',
  ),
  kept(
    2,
    'delay',
    'who had left and was invited again was frozen at its first word, for its counter had been forgotten',
    { steps: 200, devices: 5 },
  ),
  kept(
    5,
    'loss,duplication,reordering,delay,partition,client_crash,server_crash,client_full,server_full,tabs',
    'two registrations of one device at once lost the keys of the one that the server had taken',
  ),
  kept(
    36,
    'loss,duplication,reordering,partition,client_crash,server_crash,lost_write,client_full,server_full,server_clock,lost_welcome,long_offline,tabs',
    'a device that was brought in again by keys that it had lost too asked for its Welcome every second, for ever',
  ),
  kept(
    104,
    'loss,duplication,delay,partition,client_crash,server_crash,client_full,server_full,client_clock,lost_welcome,long_offline,tabs,logout,lie_replaced',
    'a lie could hold the processor of a client without end',
  ),
  kept(
    150,
    'loss,duplication,partition,server_crash,lost_write,client_restore,client_clock,lost_welcome,logout',
    'what was said into a room that was just made, and lost with a write, was not read before one spoke again',
  ),
  kept(
    177,
    'loss,duplication,reordering,delay,partition,lost_write,client_full,server_full,client_clock,lost_welcome,lost_keys,tabs,logout',
    'a refused registration was taken from a late copy, behind another one: nobody had the keys of the name',
  ),
  kept(
    240,
    'duplication,reordering,partition,client_crash,client_full,lost_welcome,long_offline,tabs,logout,lie_replaced',
    'where every leaf had ended nobody could commit or speak any more',
  ),
  kept(
    314,
    'loss,duplication,reordering,client_crash,server_crash,client_restore,server_restore,client_full,client_clock,server_clock,lost_welcome,lost_keys,logout,lie_reordered',
    'nobody came in again by a log whose time had leapt ahead',
  ),
  kept(
    359,
    'reordering,partition,client_crash,client_restore,server_restore,client_full,server_full,lost_keys,tabs',
    'a device that a restored server did not know asked for the log for ever',
  ),
  kept(
    395,
    'reordering,partition,client_crash,server_crash,lost_write,client_restore,server_full,client_clock,lost_keys,logout,lie_withheld',
    'a removal that was refused during a revocation’s time of grace was never tried again',
  ),
  kept(
    752,
    'loss,duplication,reordering,delay,client_crash,server_crash,client_restore,client_full,client_clock,server_clock,lost_keys,tabs,logout',
    'key packages piled up that the server had refused',
  ),
  kept(
    791,
    'loss,duplication,reordering,delay,partition,client_crash,client_restore,server_full,client_clock,lost_welcome,lost_keys,tabs,logout',
    'the removal of a device that was revoked a moment ago froze whoever had not heard of it',
  ),
  kept(
    854,
    'loss,delay,partition,client_crash,server_crash,lost_write,server_full,client_clock,server_clock,tabs',
    'who registered under a wrong clock could not sign in when it was right',
  ),
  kept(
    1010,
    'loss,duplication,reordering,delay,client_crash,server_crash,lost_write,client_restore,client_full,server_clock,lost_welcome,lost_keys,long_offline',
    'keys were thrown away that an invitation waited for',
  ),
  kept(
    1982,
    'loss,duplication,reordering,delay,server_crash,lost_write,client_restore,server_restore,client_full,client_clock,tabs,logout',
    'a commit that a restored server had lost was waited for without end',
  ),
  kept(
    10462,
    'duplication,reordering,delay,partition,server_crash,lost_write,client_full,server_full,client_clock,server_clock,lost_keys,long_offline,logout',
    'a machine that had slept took the links of others to be from the future',
  ),
  kept(
    50969,
    'duplication,reordering,client_crash,lost_write,server_full,client_clock,lost_welcome,lost_keys,tabs,logout,lie_directory',
    'what was still under way for an account that was forgotten stopped the device for good',
  ),
  kept(
    60929,
    'delay,partition,client_crash,server_crash,server_full,client_clock,lost_welcome,long_offline,tabs,lie_reordered',
    'who had asked to leave a room that then fell silent for three months could not be taken out',
  ),
  kept(
    74889,
    'loss,reordering,delay,partition,client_crash,server_crash,lost_write,server_restore,client_full,server_full,client_clock,server_clock,lost_welcome,lost_keys',
    'who asked to be brought in had put up keys dated by a clock that was wrong, and did not look again',
  ),
  kept(
    77112,
    'loss,duplication,delay,partition,server_crash,lost_write,client_restore,server_full,client_clock,server_clock,lost_welcome,lost_keys,tabs',
    'a clock that leapt there and back was followed where it had never been, and nobody could be brought in',
  ),
  kept(
    600061,
    'loss,delay,client_crash,server_crash,server_restore,logout,client_restore,lost_write,long_offline',
    'who speaks before it knows how far the log goes uses a key twice',
  ),
  kept(
    95865,
    'loss,duplication,reordering,delay,lost_write,client_restore,client_full,server_full,client_clock,server_clock,lost_keys,lie_withheld',
    'one room that a full store kept from noting its head kept the others from hearing of theirs',
  ),
  kept(
    97840,
    'duplication,delay,partition,lost_write,client_restore,client_full,client_clock,lost_welcome,lost_keys,tabs,logout',
    'who came into sight while a log was caught up with was not asked for, and had been revoked since',
  ),
  kept(
    300468,
    'loss,duplication,reordering,delay,partition,client_crash,server_crash,lost_write,client_restore,server_restore,client_full,server_full,lost_welcome,lost_keys,tabs,logout,lie_short',
    'a restored server handed out key packages of a device that was given up, and who knew of it brought it in',
  ),
  kept(
    300584,
    'loss,reordering,delay,partition,lost_write,client_restore,client_full,server_full,client_clock,server_clock,lost_welcome,lost_keys,long_offline,tabs,logout',
    'the keys of an invitation were thrown away, for the line broke before it was read',
  ),
  kept(
    7037,
    'duplication,partition,server_crash,lost_write,client_full,server_full,client_clock,lost_welcome,lost_keys,tabs,logout,lie_group_info',
    'who had given up a room that it had no keys for was taken to have missed what was said afterwards',
  ),
  kept(
    7021,
    'loss,duplication,delay,partition,client_crash,server_crash,client_restore,client_full,server_full,lost_keys,tabs,logout',
    'what was said since an invitation whose keys were lost was left out without a word',
  ),
  kept(
    600257,
    'partition,server_crash,lost_write,lost_keys,tabs',
    'who had deleted a room and was invited to it again was taken to miss what it had deleted',
  ),
  kept(
    600603,
    'reordering,partition,lost_write,client_restore,client_clock,lost_keys,tabs,lie_short',
    'the same, of one who had been taken out of the room',
  ),
  kept(
    701308,
    'loss,duplication,reordering,delay,lost_write,client_restore,client_clock,server_clock,lost_welcome,lost_keys,long_offline,lie_group_info',
    'who was in a room that a wrong clock had carried nine months ahead was taken to wait without reason',
  ),
  kept(
    116,
    'duplication,delay,partition,client_crash,lost_write,client_restore,client_full,client_clock,lost_welcome,long_offline,tabs,logout',
    'a program that was killed before it had given out a key of a room sealed under it, and nobody else had it',
    { programs: 4 },
  ),
  kept(
    118,
    'loss,reordering,delay,partition,client_crash,server_crash,client_full,server_full,client_clock,long_offline,logout,lie_group_info',
    'a program whose session ended while the disk of the server was full never came back',
    { programs: 4 },
  ),
  kept(
    122,
    'partition,server_crash,client_restore,server_restore,client_full,server_full,client_clock,server_clock,lost_keys,logout,lie_dropped',
    'an invitation that was accepted while it was declined let whoever declined it wait for ever',
  ),
  kept(
    27,
    'loss,duplication,reordering,partition,client_crash,server_crash,client_restore,client_full,server_full,client_clock,lost_welcome,lost_keys,long_offline,tabs,logout,lie_reordered',
    'letters of a program passed one before them for which a key could not be asked',
    { programs: 4 },
  ),
  kept(
    19,
    'loss,duplication,reordering,delay,partition,client_crash,server_full,client_clock,lost_welcome,lost_keys,tabs,logout,lie_directory',
    'the owner of two rooms was taken to be somebody else who puts one in the place of the other',
    { openRoom: true },
  ),
  kept(
    2021,
    'partition,server_crash,lost_write,client_full,client_clock,lost_welcome,lost_keys,long_offline,tabs,logout',
    'who wished to leave while the disk was full waited for the end of what had not begun',
    { programs: 4, openRoom: true },
  ),
]
