import type { NodeStep, ScriptletContext } from '@lorc/runner'
import { readFile } from 'node:fs/promises'
import type { Days } from './weather.ts'

/** Loads a sanitized CSV into weather.days_v1. */
export async function load(ctx: ScriptletContext, params: { from: string }, step: NodeStep) {
  const days = parse(await readFile(params.from, 'utf8'))
  step.log.info('%d days, %s to %s', days.date.length, days.date[0], days.date.at(-1))
  ctx.set('weather.days_v1', days)
}

/** One list a column: a third of the size of one object a row. */
export function parse(csv: string): Days {
  const rows = csv.trim().split('\n').slice(1).map((line) => line.split(','))
  const texts = (column: number): string[] => rows.map((row) => row[column] ?? '')
  const numbers = (column: number): number[] => texts(column).map(Number)
  return {
    date: texts(0),
    precipitation: numbers(1),
    temp_max: numbers(2),
    temp_min: numbers(3),
    wind: numbers(4),
    weather: texts(5),
  }
}
