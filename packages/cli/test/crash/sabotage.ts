import { order } from './saboteur.ts'
import { watchFiles } from './sabotage-files.ts'
import { watchSqlite } from './sabotage-sqlite.ts'

/**
 * Loaded into a real `lorc` by `node --import`: watches what the process commits to its store, and does what it is
 * ordered to (SabotageOrder) at the commit that is named.
 */
if (order !== undefined) {
  watchSqlite()
  watchFiles()
}
