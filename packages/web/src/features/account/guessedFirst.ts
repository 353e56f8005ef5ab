/** What guessers try first: the most used passwords of published leaks, and the words that people build theirs on. */
const words = `
password passwort passwd passphrase kennwort motdepasse contrasena senha parola haslo wachtwoord secret geheim topsecret
letmein welcome willkommen bienvenue login logon signin access admin administrator root master superuser user guest test
tester testing default changeme change temp temporary sample example demo server computer internet network windows linux
ubuntu debian android iphone samsung google facebook twitter instagram youtube netflix amazon apple microsoft oracle cisco
sotto office company manager teacher student doctor family
iloveyou ilove loveyou lovely lover love sweetheart darling honey baby babygirl princess prinzessin queen king angel engel
sunshine sonnenschein flower rainbow butterfly diamond golden silver purple orange yellow black white green
monkey dragon tiger lion eagle falcon phoenix unicorn panther dolphin kitten puppy dog cat horse pepper ginger cookie
cheese chocolate banana coffee pizza summer sommer winter spring autumn herbst fruehling january february march april june
july august september october november december monday friday sunday christmas weihnachten birthday geburtstag
football fussball soccer baseball basketball hockey golfer tennis racing ferrari porsche mercedes bmw harley yamaha
liverpool chelsea arsenal manchester united barcelona madrid juventus bayern borussia dortmund schalke yankees cowboys
lakers eagles steelers patriots
superman batman spiderman ironman starwars startrek pokemon pikachu naruto minecraft fortnite matrix gandalf hogwarts
harrypotter potter merlin hunter killer warrior ninja samurai wizard knight shadow ghost zombie hacker trustno nothing
whatever forever freedom heaven jesus christ jesuschrist blessed god hello hallo bonjour ciao goodbye nicole
michael jennifer jessica ashley daniel thomas robert andrew joshua matthew anthony william charlie george jordan maggie
buster bailey hannah martin stefan andreas peter sandra sabine schatz schatzi mausi hase liebe mutter mama papa
london paris berlin hamburg muenchen newyork boston chicago texas california america england france germany deutschland
italia espana espanol
qwerty qwertz azerty asdf zxcv
`

/** Sentences that everybody knows, without what stands between their words. */
const sentences = `
correcthorsebatterystaple tobeornottobe thatisthequestion maytheforcebewithyou thequickbrownfox jumpsoverthelazydog
winteriscoming livelongandprosper iamyourfather onceuponatime opensesame hakunamatata thisismypassword mypassword
youshallnotpass tothemoonandback inthebeginning ourfatherwhoartinheaven helloworld loremipsum dolorsitamet allyourbase
tillthecowscomehome ihaveadream elementarymydear rosesarered neveragain nevergonnagiveyouup alleswirdgut ichliebedich
jetaime tequiero tiamo
`

const listed = (text: string): readonly string[] =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .toSorted((a, b) => b.length - a.length)

export const commonWords = listed(words)
export const commonSentences = listed(sentences)
