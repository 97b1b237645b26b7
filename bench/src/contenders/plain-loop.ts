import { fib } from '../../peers/fib.mjs'
import { versions } from 'node:process'
import type { Contender } from '../harness/contender.ts'

/** The work itself, and nothing around it. */
export async function open(): Promise<Contender> {
  return {
    version: versions.node,
    settings: 'a loop in Node, nothing is kept',
    tasks: {
      fib: async (times, { n }) => {
        for (let i = 0; i < times; i++) fib(Number(n))
      },
    },
    close: async () => {},
  }
}
