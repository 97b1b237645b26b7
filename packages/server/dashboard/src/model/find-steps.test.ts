import { describe, expect, it } from 'vitest'
import { findSteps, type StepFilter } from './find-steps.ts'
import { insightOf, rowOf } from './picture.fixture.ts'
import { takeIn } from './run-picture.ts'

const picture = takeIn(
  undefined,
  insightOf(
    [
      rowOf('load_10', 0, { status: 'completed', started: 0, ended: 5 }),
      rowOf('load_9', 1, { status: 'failed', started: 3, ended: 50 }),
      rowOf('fit', 2),
      rowOf('mail', 3, { status: 'running', started: 1 }),
    ],
    { path: [[1, 47, 0], [3, 1, 0]] },
  ),
)!
const find = (filter: Partial<StepFilter>): string[] => findSteps(picture.lines!, picture.path, { text: '', status: '', path: false, sort: 'plan', ...filter }).map((position) => picture.lines![position]!.name)

describe('steps', () => {
  it('are found by words of their names, by status, and on the critical path', () => {
    expect(find({ text: ' LOAD 9 ' })).toEqual(['load_9'])
    expect(find({ status: 'running' })).toEqual(['mail'])
    expect(find({ path: true })).toEqual(['load_9', 'mail'])
    expect(find({ text: 'x' })).toEqual([])
  })

  it('are sorted as one wants them', () => {
    expect(find({ sort: 'plan' })).toEqual(['load_10', 'load_9', 'fit', 'mail'])
    expect(find({ sort: 'name' })).toEqual(['fit', 'load_9', 'load_10', 'mail'])
    expect(find({ sort: 'status' })).toEqual(['load_9', 'mail', 'fit', 'load_10'])
    expect(find({ sort: 'took' })).toEqual(['mail', 'load_9', 'load_10', 'fit'])
    expect(find({ sort: 'start' })).toEqual(['load_10', 'mail', 'load_9', 'fit'])
  })
})
