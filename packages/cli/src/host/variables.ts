/** What `sotto serve` and the commands of its host read from the environment, and from `.env`. */
export const hostVariables: ReadonlySet<string> = new Set([
  'PORT',
  'HOST',
  'SSL_CERT_PATH',
  'SSL_KEY_PATH',
  'SOTTO_ALLOW_ORIGIN',
  'SOTTO_DATA',
  'SOTTO_HOSTS',
  'SOTTO_LOG_LEVEL',
  'SOTTO_OPEN',
  'SOTTO_PUBLIC_URL',
  'SOTTO_REGISTRATION',
  'SOTTO_TRUST_NETWORK',
  'SOTTO_TRUST_PROXY',
])

/** What else of Sotto's stands in an environment. */
const otherVariables: ReadonlySet<string> = new Set([
  'SOTTO_ENV_FILE',
  'SOTTO_INVITED_BY',
  'SOTTO_NAME',
  'SOTTO_PASSWORD',
  'SOTTO_KEYS',
  'SOTTO_PASSPHRASE',
  'SOTTO_PASSPHRASE_FILE',
  'SOTTO_PROFILE',
  'SOTTO_ROOM',
  'SOTTO_SERVER',
])

const secrets = 'Sotto makes secrets of its own and keeps them in the data directory, under secrets/'
const data = 'everything is in files of the data directory, --data DIR (SOTTO_DATA)'
const one = 'there is one way to run it; what it logs, --log-level (SOTTO_LOG_LEVEL) says'
const origins =
  'front ends that are served elsewhere are named one by one, --allow-origin LIST (SOTTO_ALLOW_ORIGIN)'
const certificate = 'a certificate and its key are named with SSL_CERT_PATH and SSL_KEY_PATH'

/** Settings of the systems that Sotto replaces, and what is used in their place. */
const foreign: Readonly<Record<string, string>> = {
  SECRET_KEY: secrets,
  FLASK_SECRET_KEY: secrets,
  JWT_SECRET: secrets,
  JWT_SECRET_KEY: secrets,
  SESSION_SECRET: secrets,
  ENCRYPTION_KEY: 'keys are made on the devices of people, and no server has one',
  MONGO_URI: data,
  MONGO_URL: data,
  MONGODB_URI: data,
  MONGODB_URL: data,
  DATABASE_URL: data,
  DATABASE_URI: data,
  SQLALCHEMY_DATABASE_URI: data,
  REDIS_URL: data,
  FLASK_ENV: one,
  FLASK_DEBUG: one,
  FLASK_APP: one,
  FLASK_RUN_HOST: 'the address to listen on is --host ADDRESS (HOST)',
  FLASK_RUN_PORT: 'the port is --port NUMBER (PORT)',
  CORS_ORIGINS: origins,
  CORS_ORIGIN: origins,
  CORS_ALLOWED_ORIGINS: origins,
  ALLOWED_ORIGINS: origins,
  SSL_CERT: certificate,
  SSL_KEY: certificate,
  SSL_CERTFILE: certificate,
  SSL_KEYFILE: certificate,
}

/** A setting that is there and not used. */
export interface NotUsed {
  readonly name: string
  /** What is used in its place; null where nobody knows what was meant. */
  readonly instead: string | null
}

type Values = Readonly<Record<string, string | undefined>>

const isMisspelt = (name: string): boolean =>
  name.startsWith('SOTTO_') && !hostVariables.has(name) && !otherVariables.has(name)

/**
 * The settings that somebody has made and that do nothing. What stands in them is never repeated: it may be a secret.
 *
 * @param written names in the file of settings that mean nothing to Sotto
 */
export const notUsed = (environment: Values, written: readonly string[]): readonly NotUsed[] => {
  const present = Object.keys(environment).filter((name) => environment[name])
  const named = present.filter((name) => Object.hasOwn(foreign, name) || isMisspelt(name))
  return [...new Set([...named, ...written])]
    .toSorted()
    .map((name) => ({ name, instead: Object.hasOwn(foreign, name) ? (foreign[name] as string) : null }))
}

const secretNames = Object.keys(foreign).filter((name) => foreign[name] === secrets)

/** What instructions and examples write where a secret belongs. */
const exampleWords =
  'your|my|the|an?|some|any|this|that|is|not|for|of|to|in|it|very|super|top|ultra|really|random|secure|insecure|unsafe|strong|long|secret|secrets|key|keys|token|jwt|flask|django|session|cookie|app|application|chat|here|dev|devel|development|local|prod|production|staging|change|changed|changeme|me|please|replace|with|must|be|set|default|example|sample|demo|dummy|hard|guess|test|testing|tests|password|passwd|pass|admin|root|placeholder|todo|fixme|generate|generated|value|string|foo|bar|baz|hello|world|only|use|none|null|undefined|x+|abc|qwerty|letmein|[0-9]{1,10}'
const isOfExampleWords = new RegExp(`^(?:${exampleWords})$`)
const exampleCharactersMax = 80
/** Of the tutorials of Flask and Django, without what stands between letters and digits. */
const ofTutorials =
  /^(?:192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf|5y2lf4q8znxec|djangoinsecure.*)$/

/** Whether a text is made of such words alone, with or without anything between them: every end of one begins the next. */
const isExample = (secret: string): boolean => {
  const text = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (ofTutorials.test(text)) return true
  if (text.length > exampleCharactersMax) return false
  const reached = new Set([0])
  for (let end = 1; end <= text.length; end++)
    if ([...reached].some((start) => isOfExampleWords.test(text.slice(start, end)))) reached.add(end)
  return reached.has(text.length)
}

/** The name of a setting whose secret everybody knows, if there is one. */
export const exampleSecretIn = (environment: Values): string | undefined =>
  secretNames.find((name) => environment[name] && isExample(environment[name]))

/** Whether it is said that this is no trial; undefined where nothing is said. */
export const isProduction = (environment: Values): boolean | undefined => {
  const stage = environment['FLASK_ENV'] || environment['NODE_ENV']
  return stage ? /^prod(?:uction)?$/i.test(stage.trim()) : undefined
}
