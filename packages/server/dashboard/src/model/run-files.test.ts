import { expect, it } from 'vitest'
import type { RunFile } from '../api/answers.ts'
import { fileAsked, writtenOver } from './run-files.ts'

const file = (step: string, name: string): RunFile => ({ run_id: 'r', step, name, path: `out/${name}`, bytes: 1, sha256: step, media_type: 'text/plain', shown: true, url: '' })
const files = [file('one', 'a'), file('one', 'b'), file('two', 'a')]

it('finds a file as a step recorded it, or as it was recorded last', () => {
  expect(fileAsked(files, 'out/a', 'one')).toBe(files[0])
  expect(fileAsked(files, 'a', undefined)).toBe(files[2])
  expect(fileAsked(files, 'a', 'three')).toBe(files[2])
  expect(fileAsked(files, 'c', 'one')).toBeUndefined()
})

it('knows what a later step has written over', () => {
  expect(files.map((one) => writtenOver(files, one)?.step)).toEqual(['two', undefined, undefined])
})
