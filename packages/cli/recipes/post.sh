#!/bin/sh
# Posts standard input into a Sotto room, end-to-end encrypted: ./post.sh < text
#
# curl, openssl, and python3-cryptography for the one thing that the openssl command cannot do: AES-GCM with associated
# data. hook.env and hook.pem, as `sotto hook create --recipe shell` has printed them, lie in the same folder.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
. "$here/hook.env"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
decode() {
  text=$(tr -- '-_' '+/')
  while [ $((${#text} % 4)) -ne 0 ]; do text="$text="; done
  printf '%s' "$text" | openssl base64 -d -A
}
hex() { decode | od -An -v -tx1 | tr -d ' \n'; }
# The text of the first member of this name.
member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }

# A text that the room can show. The server sees no more of it than its length, so it is looked at here.
body=$(python3 -c '
import json, sys, unicodedata
try:
    text = sys.stdin.buffer.read().decode("utf-8-sig")
except UnicodeDecodeError:
    sys.exit("this is not UTF-8: nothing was posted")
# The line end that echo and files put behind the last line belongs to no text.
if text.endswith("\n"):
    text = text[: -2 if text.endswith("\r\n") else -1]
if "\0" in text:
    sys.exit("there is a NUL in this: nothing was posted")
# Letters and symbols that show nothing.
unseen = "\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159"
if not any(unicodedata.category(one)[0] in "LNPS" and one not in unseen for one in text):
    sys.exit("this message is empty: nothing was posted")
length = len(text.encode())
if length > 49152:
    sys.exit("%d bytes are more than the 49152 of a post: nothing was posted" % length)
sys.stdout.buffer.write(json.dumps(text, ensure_ascii=False).encode())
')

# What the room's members say of their keys, signed by the anchor whose thumbprint this script knows.
statement=$(curl -fsS "$url/keys")
header=$(printf '%s' "${statement%%.*}" | decode)
signed=${statement%.*}
x=$(printf '%s' "$header" | member x)
y=$(printf '%s' "$header" | member y)
thumbprint=$(printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | encode)
[ "$thumbprint" = "$anchor" ] || { echo 'these keys are not signed by the anchor of this hook' >&2; exit 1; }
cat > "$work/anchor.cnf" <<END
asn1=SEQUENCE:key
[key]
algorithm=SEQUENCE:ec
point=FORMAT:HEX,BITSTRING:04$(printf '%s' "$x" | hex)$(printf '%s' "$y" | hex)
[ec]
type=OID:id-ecPublicKey
curve=OID:prime256v1
END
openssl asn1parse -genconf "$work/anchor.cnf" -noout -out "$work/anchor.der"
openssl pkey -pubin -inform DER -in "$work/anchor.der" -out "$work/anchor.pem"
signature=$(printf '%s' "${statement##*.}" | hex)
cat > "$work/signature.cnf" <<END
asn1=SEQUENCE:pair
[pair]
r=INTEGER:0x$(printf '%s' "$signature" | cut -c1-64)
s=INTEGER:0x$(printf '%s' "$signature" | cut -c65-128)
END
openssl asn1parse -genconf "$work/signature.cnf" -noout -out "$work/signature.der"
printf '%s' "$signed" |
  openssl dgst -sha256 -verify "$work/anchor.pem" -signature "$work/signature.der" > /dev/null
said=$(printf '%s' "${signed#*.}" | decode)
now=$(date +%s)
[ "$(printf '%s' "$said" | member hook)" = "$hook" ] || { echo 'these keys are of another hook' >&2; exit 1; }
[ "$(printf '%s' "$said" | sed 's/.*"exp":\([0-9]*\).*/\1/')" -gt "$now" ] || { echo 'these keys are over' >&2; exit 1; }

# The RSA key among them.
key=$(printf '%s' "$said" | sed 's/.*\({[^{}]*"kty":"RSA"[^{}]*}\).*/\1/')
cat > "$work/room.cnf" <<END
asn1=SEQUENCE:key
[key]
n=INTEGER:0x$(printf '%s' "$key" | member n | hex)
e=INTEGER:0x010001
END
openssl asn1parse -genconf "$work/room.cnf" -noout -out "$work/room.der"
openssl rsa -RSAPublicKey_in -inform DER -in "$work/room.der" -pubout -out "$work/room.pem" 2> /dev/null

# Signed by this script.
id=$(openssl rand -hex 16)
claims=$(printf '{"iss":"%s","aud":"%s","iat":%s,"exp":%s,"jti":"%s","body":%s}' \
  "$hook" "$room" "$now" $((now + 300)) "$id" "$body")
proof=$(printf '{"alg":"PS256","kid":"%s","typ":"hook+jws"}' "$script" | encode).$(printf '%s' "$claims" | encode)
mark=$(printf '%s' "$proof" |
  openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sign "$here/hook.pem" | encode)
[ $((${#proof} + ${#mark})) -lt 81920 ] ||
  { echo 'with what JSON escapes, this is longer than a post may be: nothing was posted' >&2; exit 1; }

# Sealed to the room.
openssl rand 32 > "$work/content.key"
wrapped=$(openssl pkeyutl -encrypt -pubin -inkey "$work/room.pem" -in "$work/content.key" \
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 | encode)
protected=$(printf '{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"%s","typ":"hook+jwe","cty":"hook+jws"}' \
  "$(printf '%s' "$key" | member kid)" | encode)
printf '%s.%s' "$proof" "$mark" | python3 -c '
import base64, os, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
iv = os.urandom(12)
key = open(sys.argv[2], "rb").read()
sealed = AESGCM(key).encrypt(iv, sys.stdin.buffer.read(), sys.argv[1].encode())
print(".".join([sys.argv[1], sys.argv[3], encode(iv), encode(sealed[:-16]), encode(sealed[-16:])]), end="")
' "$protected" "$work/content.key" "$wrapped" > "$work/post"

printf 'header = "Authorization: Bearer %s"\n' "$token" |
  curl -fsS -K - -H 'Content-Type: application/jose' --data-binary "@$work/post" "$url"
echo
