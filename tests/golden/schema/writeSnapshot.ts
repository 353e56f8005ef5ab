/** Notes the schema to which a new migration of the server leads: `node tests/golden/schema/writeSnapshot.ts` */
import { record } from './snapshot.ts'

await record()
