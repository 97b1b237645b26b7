import type { StepContext } from '@lorc/context'
import { mkdirSync } from 'node:fs'
import type { Attempt } from '../../executor.ts'
import { stringifyFloats } from '../float-text.ts'
import type { PythonMessage } from './python-protocol.ts'

/** The answer to a scriptlet's question, as a line of JSON; undefined when it is none. */
export function answerTo(message: PythonMessage, attempt: Attempt): string | undefined {
  const { context } = attempt
  try {
    if (message.get !== undefined) return answerGet(message.get, context)
    if (message.has !== undefined) return line({ has: context.has(message.has) })
    if (message.keys) return line({ keys: context.keys() })
    if (message.history !== undefined) return answerHistory(message.history, context)
    if (message.artifactsDir) return line({ artifactsDir: made(attempt.artifactsDir) })
    return undefined
  } catch (error) {
    return line({ error: (error as Error).message })
  }
}

function answerGet(key: string, context: StepContext): string {
  const value = context.get(key)
  return value === undefined ? '{}\n' : `{"value":${stringifyFloats(value, context.floats(key))}}\n`
}

function answerHistory(key: string, context: StepContext): string {
  return line({ history: context.history(key).map(({ who, at, value }) => ({ key, who, timestamp: at / 1000, value })) })
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

function line(answer: object): string {
  return `${JSON.stringify(answer)}\n`
}
