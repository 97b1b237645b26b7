import { acceptedRuns, accepting } from './workloads/accepting.ts'
import { bigqueryDeliver, bigqueryMemory } from './workloads/bigquery.ts'
import { coldStart } from './workloads/cold-start.ts'
import { dashboardLoad, dashboardRun, dashboardScroll, dashboardSize } from './workloads/dashboard.ts'
import { eventsCount, eventsDeliver, eventsEmit, eventsImport, eventsMemory } from './workloads/events.ts'
import { fanOut } from './workloads/fan-out.ts'
import { growth, keptRuns, waitingSteps } from './workloads/growth.ts'
import { idleMemory, idleWakes } from './workloads/idle.ts'
import { items } from './workloads/items.ts'
import { jobsList } from './workloads/jobs-list.ts'
import { runsList } from './workloads/lists.ts'
import { pythonSteps } from './workloads/python-steps.ts'
import { readersLag, readersMemory } from './workloads/readers.ts'
import { recipe } from './workloads/recipe.ts'
import { report, reportSize } from './workloads/report.ts'
import { runs } from './workloads/runs.ts'
import { scenario } from './workloads/scenario.ts'
import { schedule } from './workloads/schedule.ts'
import { sequencePower, sequenceProcess } from './workloads/sequence.ts'
import { shellSteps } from './workloads/shell-steps.ts'
import { windmill } from './workloads/windmill.ts'
import type { Workload } from './harness/workload.ts'

export const workloads: readonly Workload[] = [
  coldStart,
  jobsList,
  bigqueryDeliver,
  bigqueryMemory,
  accepting,
  acceptedRuns,
  scenario,
  readersLag,
  readersMemory,
  runsList,
  idleMemory,
  idleWakes,
  sequencePower,
  sequenceProcess,
  fanOut,
  runs,
  schedule,
  items,
  recipe,
  report,
  reportSize,
  dashboardLoad,
  dashboardSize,
  dashboardRun,
  dashboardScroll,
  growth,
  waitingSteps,
  keptRuns,
  eventsEmit,
  eventsMemory,
  eventsCount,
  eventsDeliver,
  eventsImport,
  shellSteps,
  pythonSteps,
  windmill,
]
