import type { Query } from '../model/route.ts'
import type { RunPicture } from '../model/run-picture.ts'

/** What each view of a run is given. */
export interface TabProps {
  picture: RunPicture
  /** How long the run has lasted, in milliseconds. */
  length: number
  query: Query
  /** Has all steps of a large run read. */
  wantSteps: () => void
}
