import { expect, test } from 'vitest'
import { runCheck } from './check.ts'

const node = (code: string) => runCheck({ name: 'x', command: [process.execPath, '-e', code] }, process.cwd(), process.env)

test('a program that exits with 0 passed, and everything it printed is kept', async () => {
  expect(await node('console.log(1); console.error(2)')).toMatchObject({ passed: true, output: expect.stringMatching(/^(1\n2|2\n1)\n$/) })
})

test('another exit code, a signal and a program that is not there are failures', async () => {
  expect(await node('process.exit(3)')).toMatchObject({ passed: false })
  expect(await node('process.kill(process.pid, "SIGKILL")')).toMatchObject({ passed: false, output: '\nended by SIGKILL' })
  expect(await runCheck({ name: 'x', command: ['./nowhere'] }, '/', {})).toMatchObject({ passed: false, output: expect.stringContaining('ENOENT') })
})
