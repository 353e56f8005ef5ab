/**
 * Scripts that are in everyday use somewhere (UAX 31, tables 5 and 7), and what is written with several of them at once
 * (UTS 39 §5.2, "highly restrictive"). A platform that does not know one yet leaves it out.
 */
const alone =
  'Latin Cyrillic Greek Armenian Georgian Hebrew Arabic Syriac Thaana Nko Adlam Hanifi_Rohingya Mandaic Samaritan ' +
  'Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Meetei_Mayek Ol_Chiki Chakma Lepcha ' +
  'Limbu Newa Syloti_Nagri Saurashtra Sora_Sompeng Warang_Citi Mro Gunjala_Gondi Masaram_Gondi Wancho Toto Nag_Mundari ' +
  'Kirat_Rai Ol_Onal Sunuwar Tolong_Siki Gurung_Khema Thai Lao Tibetan Myanmar Khmer Tai_Le New_Tai_Lue Tai_Tham Tai_Viet ' +
  'Cham Javanese Balinese Sundanese Batak Buginese Rejang Kayah_Li Pahawh_Hmong Nyiakeng_Puachue_Hmong Pau_Cin_Hau Lisu ' +
  'Miao Yi Mongolian Ethiopic Tifinagh Vai Bamum Bassa_Vah Mende_Kikakui Medefaidrin Garay Osage Cherokee ' +
  'Canadian_Aboriginal Hanunoo Tagalog Buhid Tagbanwa'

const together = ['Latin Han Hiragana Katakana', 'Latin Han Bopomofo', 'Latin Han Hangul']

/** A class of characters; undefined where the platform does not know the script. */
const classOf = (script: string): string | undefined => {
  try {
    return new RegExp(`\\p{scx=${script}}`, 'u').source
  } catch {
    return undefined
  }
}

/** What is of no script of its own, and what is younger than the platform, fits everywhere. */
const anywhere = '\\p{scx=Zyyy}\\p{scx=Zinh}\\p{Cn}'

const systemOf = (scripts: string): RegExp | undefined => {
  const classes = scripts.split(' ').map(classOf)
  return classes.includes(undefined) ? undefined : new RegExp(`^[${anywhere}${classes.join('')}]*$`, 'u')
}

/** Made when they are asked for: few names need more than the first ones. */
const systems = [...alone.split(' '), ...together].map((scripts) => {
  let made: { readonly system: RegExp | undefined } | undefined
  return (text: string): boolean => (made ??= { system: systemOf(scripts) }).system?.test(text) ?? false
})

/** Marks of every alphabet: each is of the script of its letter, whatever the scripts are that Unicode names for it. */
const marks = /[\u0300-\u036f]/gu

const ascii = /^[\u0020-\u007e]*$/

/** Whether all of a text is written in one living script, or in some that are ordinarily written together. */
export const isOfOneWriting = (text: string): boolean => {
  if (ascii.test(text)) return true
  const letters = text.replaceAll(marks, '')
  return systems.some((fits) => fits(letters))
}
