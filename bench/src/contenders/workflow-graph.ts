import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { definePlan, type Plan } from '@lorc/runner'
import { NotHere, type TaskOptions } from '../harness/contender.ts'

/** Executions that WfCommons published; see the README beside the files. They are read where they are, never copied. */
const FOLDER = new URL('../../../../shared/data/wf/', import.meta.url)

interface Task {
  id: string
  /** Seconds. */
  runtime: number
  /** Indices of tasks. */
  deps: number[]
}

/** A task graph with times (milliseconds), scaled so that no order of tasks can take less than `boundMs` on `slots`. */
export interface WorkflowGraph {
  plan: Plan
  slots: number
  boundMs: number
  deps: number[][]
  times: Map<string, number>
  /** Of each task: the longest way from its start to the end, milliseconds. */
  remaining: number[]
}

/** Throws NotHere where there are no such graphs. */
export function checkGraphs(): void {
  if (!existsSync(FOLDER)) throw new NotHere(`there are no workflow graphs in ${fileURLToPath(FOLDER)}`)
}

/** `graph` names a file, `slots` is the number of tasks at once. */
export function readGraph(boundMs: number, { graph, slots }: TaskOptions): WorkflowGraph {
  const { tasks } = JSON.parse(readFileSync(new URL(`${graph}.json`, FOLDER), 'utf8')) as { tasks: Task[] }
  const deps = tasks.map((task) => [...new Set(task.deps)])
  const seconds = longestPaths(tasks.map(({ runtime }) => runtime), deps)
  const work = tasks.reduce((sum, { runtime }) => sum + runtime, 0)
  const scale = boundMs / Math.max(seconds.reduce((most, path) => Math.max(most, path), 0), work / Number(slots))
  const steps = tasks.map(({ id }, i) => ({ name: id, type: 'sleep', stage: 0, dependsOn: deps[i]!.map((at) => tasks[at]!.id) }))
  return {
    plan: definePlan({ lorc: 1, name: `${graph}-${slots}`, steps }),
    slots: Number(slots),
    boundMs,
    deps,
    times: new Map(tasks.map(({ id, runtime }) => [id, runtime * scale])),
    remaining: seconds.map((path) => path * scale),
  }
}

function longestPaths(times: readonly number[], deps: readonly number[][]): number[] {
  const followers: number[][] = times.map(() => [])
  deps.forEach((list, i) => list.forEach((dep) => followers[dep]!.push(i)))
  const paths = new Array<number | undefined>(times.length)
  const pathFrom = (i: number): number =>
    (paths[i] ??= times[i]! + followers[i]!.reduce((most, next) => Math.max(most, pathFrom(next)), 0))
  return times.map((_, i) => pathFrom(i))
}
