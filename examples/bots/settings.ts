/** What the operator of an example says in the environment. */
export const setting = (name: string, otherwise?: string): string => {
  const value = process.env[name] ?? otherwise
  if (value !== undefined && value !== '') return value
  process.stderr.write(`Say ${name} in the environment.\n`)
  process.exit(2)
}

/** Where the profile and the server are, the same for every example; `NAMES` may invite it. */
export const botSettings = (name: string) => ({
  profile: setting('SOTTO_PROFILE', name),
  server: setting('SOTTO_SERVER', 'http://localhost:5000'),
  name: setting('SOTTO_NAME', name),
  invitations: setting('SOTTO_INVITED_BY').split(','),
})
