import type { RunPreview, StepPreview } from '@lorc/runner'
import { expect, it } from 'vitest'
import { planOf } from '../scripted-run.fixture.ts'
import { previewText } from './preview-text.ts'
import { createStyle } from './style.ts'

const times = { phase: 'main' as const, usualMs: null, startMs: null, endMs: null }
const preview = (steps: StepPreview[], more: Partial<RunPreview> = {}): string =>
  previewText(planOf('a'), { steps, concurrency: 4, params: {}, makespanMs: null, workMs: null, ...more }, createStyle(false), 80)

it('words every decision in lines that fit', () => {
  const at = new Date(2026, 0, 9, 12, 34, 56).getTime()
  const text = preview(
    [
      { step: 'load', wave: 0, ...times, will: 'cached', why: { kind: 'hit', runId: 'run_1', at } },
      { step: 'over', wave: 0, ...times, will: 'imported', why: { kind: 'imported', runId: 'run_1' } },
      { step: 'left', wave: 0, ...times, will: 'skipped', why: { kind: 'option', reason: '--skip' } },
      { step: 'a', wave: 1, ...times, usualMs: 1500, startMs: 0, will: 'run', why: { kind: 'no_cache' } },
      { step: 'b', wave: 1, ...times, will: 'run', why: { kind: 'first' } },
      { step: 'c', wave: 1, ...times, will: 'run', why: { kind: 'changed', runId: 'run_1', parts: ['args.x', 'code y.ts'] } },
      { step: 'd', wave: 1, ...times, will: 'run', why: { kind: 'changed', runId: 'run_1', parts: [] } },
      { step: 'e', wave: 1, ...times, will: 'run', why: { kind: 'values', runId: 'run_1', keys: ['a.b_v1'] } },
      { step: 'f', wave: 1, ...times, will: 'run', why: { kind: 'file', runId: 'run_1', path: 'out.csv' } },
      { step: 'g', wave: 2, ...times, will: 'perhaps', why: { kind: 'values', runId: 'run_1', keys: [] } },
      { step: 'h', wave: 2, ...times, will: 'perhaps', why: { kind: 'template' } },
      { step: 'i', wave: 2, ...times, will: 'perhaps', why: { kind: 'when', when: 'params.deep' } },
      { step: 'a_step_with_a_name_longer_than_fits', wave: null, ...times, will: 'perhaps', why: { kind: 'phase' } },
    ],
    { params: { day: 'mon' }, makespanMs: 61_000, workMs: 90_000 },
  )
  expect(text).toMatchInlineSnapshot(`
    "demo: 13 steps, 4 at once; nothing is run
    params day="mon"

    WAVE  STEP                  STARTS  TAKES  WHAT
    1     load                                 cached: made by run_1 on 2026…
          over                                 taken over from run_1
          left                                 left out: --skip
    2     a                     +0ms    1.5s   runs
          b                                    runs: nothing of it is in the…
          c                                    runs: args.x, code y.ts chang…
          d                                    runs: what it is made from ch…
          e                                    runs: a.b_v1 changed since ru…
          f                                    runs: out.csv is gone or alte…
    3     g                                    cached, if the keys come out …
          h                                    runs or is cached: what it is…
          i                                    runs if params.deep
    -     a_step_with_a_name_…                 runs if the run fails

    6 to run, 1 from the cache, 1 taken over, 1 left out, 4 undecided
    about 1m 01s (1m 30s of work), from what past runs took
    "
  `)
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(80)
})

it('shows 200 steps at most', () => {
  const steps = Array.from({ length: 201 }, (_, i): StepPreview => ({ step: `s${i}`, wave: i, ...times, will: 'run', why: { kind: 'no_cache' } }))
  expect(preview(steps)).toContain('\nand 1 more; --json shows all\n\n201 to run\nno past run tells')
})
