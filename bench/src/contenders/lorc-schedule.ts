import { join } from 'node:path'
import { createRunner, createSqliteStore, type StepExecutor } from '@lorc/runner'
import { simulate } from '@lorc/runner/insight'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'
import { checkGraphs, readGraph, type WorkflowGraph } from './workflow-graph.ts'

/** Timers are late by up to this (milliseconds): the rest is waited for in turns of the event loop. */
const TIMER_MS = 2

/** Variants: `simulate` predicts; `run` runs steps that sleep, in the order that its own past runs teach it. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  checkGraphs()
  if (variant === 'simulate') return contender('', predict, async () => {})
  let times: ReadonlyMap<string, number> = new Map()
  const sleep: StepExecutor = {
    types: ['sleep'],
    execute: ({ step }) => sleepFor(times.get(step.name)!).then(() => ({ status: 'ok', outputs: null })),
    close: async () => {},
  }
  const store = await createSqliteStore({ file: join(scratch, 'lorc.db'), durability: 'process' })
  const runner = await createRunner({ workspace: scratch, store, executors: [sleep] })
  const graphs = new Map<string, WorkflowGraph>()
  const run: Task = async (size, options) => {
    const key = JSON.stringify([size, options])
    const graph = graphs.get(key) ?? readGraph(size, options)
    graphs.set(key, graph)
    times = graph.times
    const { result } = await runner.start(graph.plan, { concurrency: graph.slots })
    const { status, steps } = await result
    if (status !== 'completed') throw new Error(status)
    const began = Math.min(...steps.map(({ startedAt }) => startedAt!))
    return { measured: Math.max(...steps.map(({ endedAt }) => endedAt!)) - began }
  }
  return contender('SQLite store, `process`', run, async () => {
    await runner.close()
    await store.close()
  })
}

function contender(settings: string, schedule: Task, close: () => Promise<void>): Contender {
  return { version: lorcVersion, settings, tasks: { schedule }, close }
}

const predict: Task = async (size, options) => {
  const { plan, slots, times } = readGraph(size, options)
  return { measured: simulate(plan, slots, (step) => times.get(step))!.makespanMs }
}

async function sleepFor(ms: number): Promise<void> {
  const end = performance.now() + ms
  if (ms > TIMER_MS) await new Promise((resolve) => void setTimeout(resolve, ms - TIMER_MS))
  while (performance.now() < end) await new Promise((resolve) => void setImmediate(resolve))
}
