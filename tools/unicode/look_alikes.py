"""
Writes packages/protocol/src/names/lookAlikes.ts: what each letter looks like (UTS 39 §4), as the ICU of this machine knows
it (Debian: python3-icu). Run it when a newer Unicode is to be followed; the look of accounts that exist is stored, so
such a change comes with a migration that computes it anew.
"""

import os
import re

import icu

target = os.path.join(os.path.dirname(__file__), "../../packages/protocol/src/names/lookAlikes.ts")
root = icu.Locale.getRoot()
spoof = icu.SpoofChecker()
nfd = icu.Normalizer2.getInstance(None, "nfc", icu.UNormalizationMode2.DECOMPOSE)
nfkc = icu.Normalizer2.getInstance(None, "nfkc", icu.UNormalizationMode2.COMPOSE)


def lower(text):
    return str(icu.UnicodeString(text).toLower(root))


def is_normal(character):
    """Whether it can stand in a name, and in a text that is taken apart: others are other characters by then."""
    return nfd.normalize(character) == character == nfkc.normalize(lower(nfkc.normalize(character)))


# What UTS 39 tells apart, and people do not: м is a small m to whoever reads Latin, к a small k, the palochka
# no i, and a sigma is one at the end of a word, too.
also = {"\u028d": "m", "\u0138": "k", "\u04cf": "l", "ς": "σ"}


def small_capital(character):
    """Lower case is what is shown of a name: small capitals pass for capitals of the same name."""
    found = re.fullmatch(r"LATIN LETTER SMALL CAPITAL ([A-Z])", icu.Char.charName(character))
    return found and found[1].lower()


def step(text):
    return nfd.normalize(lower(nfkc.normalize("".join(also.get(c) or small_capital(c) or spoof.getSkeleton(0, c) for c in nfd.normalize(text)))))


def look(character):
    known = character
    for _ in range(8):
        following = step(known)
        if following == known:
            return known
        known = following
    raise ValueError(f"no end for U+{ord(character):04X}")


def look_of(text):
    return "".join(map(look, nfd.normalize(lower(text))))


alike = {}
for point in range(0x110000):
    if 0xD800 <= point < 0xE000:
        continue
    character = chr(point)
    if not is_normal(character):
        continue
    found = look(character)
    if found != character:
        alike.setdefault(found, []).append(point)

# Of titles, whose case is seen: capitals that pass for a letter that their small forms do not pass for.
capitals = {}
for point in range(0x110000):
    if 0xD800 <= point < 0xE000 or not icu.Char.isUUppercase(point):
        continue
    character = chr(point)
    found = spoof.getSkeleton(0, character)
    if nfd.normalize(character) == character == nfkc.normalize(character) and found != character:
        if look_of(found) != look_of(character):
            capitals.setdefault(look_of(found), []).append(point)


def digits(number):
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + text
        if number == 0:
            return text


def group(found, points):
    """The look, then those that have it, each as its distance from the one before."""
    distances = [b - a for a, b in zip([0, *points], points)]
    return ".".join(digits(ord(c)) for c in found) + ":" + ",".join(map(digits, distances))


def written(table):
    lines, line = [], ""
    for word in (group(found, points) for found, points in table.items()):
        if line and len(line) + len(word) > 115:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    return "\n".join([*lines, line])


with open(target, "w", encoding="ascii", newline="\n") as file:
    file.write(f"""// Made by tools/unicode/look_alikes.py from the data of UTS 39 for Unicode {icu.UNICODE_VERSION} (Unicode-3.0 licence).

/** Groups `look:characters`: the code points of a look, and the distances between those that have it, in base 36. */
export const lookAlikes = `
""")
    file.write(written(alike) + "\n`\n")
    file.write(f"""
/** Capitals in the same form, where what they look like is not what their small letters look like. */
export const capitalsAlike = `
{written(capitals)}
`
""")
print(sum(map(len, alike.values())), "characters,", len(alike), "looks")
