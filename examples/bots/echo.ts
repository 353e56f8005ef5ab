import { createBot } from '@sotto/client/node'

await createBot({
  profile: process.env['SOTTO_PROFILE'] ?? 'echo',
  server: process.env['SOTTO_SERVER'] ?? 'http://localhost:5000',
  name: 'echo',
  scope: 'all',
  invitations: 'everyone',
  onMessage: ({ text }) => text,
})
