/** Joins what it is invited to and prints what is said, until somebody says goodbye. */
import { openSotto } from '@sotto/client/node'

const { PROFILE = 'bob', SERVER = 'http://localhost:5000', PASSWORD = '' } = process.env

const sotto = await openSotto({ profile: PROFILE, server: SERVER, name: 'bob', password: PASSWORD })
sotto.on('invited', ({ id }) => void sotto.accept(id))
sotto.on('joined', ({ room, name }) => process.stdout.write(`${name} is in ${sotto.room(room).name}\n`))
sotto.on('message', ({ sender, text }) => {
  process.stdout.write(`${sender.name}${sender.isBot ? ' (bot)' : ''}: ${text}\n`)
  if (text === 'goodbye') void sotto.close()
})
process.stdout.write('Listening\n')
