import { afterAll, beforeAll, expect, it } from 'vitest'
import { killAndResume } from './kill-and-resume.ts'
import { Site } from './site.ts'
import { type Undisturbed, undisturbed } from './undisturbed.ts'

let template: Site
let known: Undisturbed
beforeAll(async () => {
  template = await Site.make()
  known = await undisturbed(template, 'story.yaml')
})
afterAll(() => template.remove())

/** Killed where each of these steps, and the one before it, has just been run. */
const SPOTS = ['step.completed load 1', 'step.completed gather 1', 'step.completed flaky 2'].map(
  (at) => ({ at, phase: 'before' }) as const,
)

it('a store that acknowledges what it has yet to write is found out at each of them', async () => {
  await undisturbed(template, 'story.yaml', { late: true })
  for (const spot of SPOTS) {
    const { found } = await killAndResume({
      template,
      recipe: 'story.yaml',
      known,
      spots: [spot],
      order: { late: true },
      patient: true,
    })
    expect(found.join('\n')).toMatch(/had its effect before its start was durable/)
    expect(found.join('\n')).toMatch(/had its effect twice/)
  }
})
