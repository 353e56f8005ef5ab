/** Brings a database to the newest schema in a process of its own, for tests that kill it: tells when it begins and ends. */
import { migrate } from '../../src/store/migrate.ts'
import { openSqlite } from '../../src/store/sqliteDatabase.ts'

const [path = ''] = process.argv.slice(2)
const database = openSqlite({ path })
await new Promise((resolve) => process.send?.('begun', resolve))
await migrate(database)
await new Promise((resolve) => process.send?.('ended', resolve))
// What it has open is left as it is, as by a kill.
process.kill(process.pid, 'SIGKILL')
