import { describe, expect, it } from 'vitest'
import { checkPlan } from '../check-plan.ts'
import { compileRecipe } from '../compile.ts'
import { planToYaml } from '../from-plan.ts'

const STEPS = 'steps:\n  - { name: a, type: shell, script: a.sh }\n'
const compile = (text: string) => compileRecipe(`${text}\n${STEPS}`, { file: 'r.yaml' })
const problems = (text: string) => compile(text).problems.map(({ code, line, column, message, fix }) => [code, `${line}:${column}`, message, ...(fix === undefined ? [] : [fix])])

describe('the schedule of a recipe', () => {
  it('is in its plan as it is written, and back', () => {
    expect(compile("schedule: '0 6 * * 1-5'").plan?.schedule).toEqual({ cron: '0 6 * * 1-5' })
    const text = "schedule: { cron: '@daily', timezone: Europe/Berlin, catch_up: last, overlap: cancel_running }"
    const { plan } = compile(text)
    expect(plan?.schedule).toEqual({ cron: '@daily', timezone: 'Europe/Berlin', catchUp: 'last', overlap: 'cancel_running' })
    for (const one of [plan!, compile('schedule: 0 6 * * *').plan!]) {
      expect(compileRecipe(planToYaml(one), { file: 'r.yaml' }).plan).toEqual(one)
      expect(checkPlan(one)).toEqual(one)
    }
  })

  it('is checked at its place', () => {
    expect(problems("schedule: '0 6 * *'")).toEqual([
      ['RECIPE_SCHEDULE', '1:11', '"0 6 * *" is not a cron expression: it has 4 fields, not 5', 'minute, hour, day of the month, month, day of the week: `0 6 * * 1-5`'],
    ])
    expect(problems("schedule:\n  cron: '0 25 * * *'\n  timezone: Europe/Berln")).toEqual([
      ['RECIPE_SCHEDULE', '2:9', '"0 25 * * *" is not a cron expression: Invalid value for hour: 25'],
      ['RECIPE_SCHEDULE', '3:13', 'there is no time zone `Europe/Berln`', 'name one as in the IANA database: `Europe/Berlin`'],
    ])
    expect(problems("schedule: { cron: '0 0 31 2 *' }")).toMatchObject([['RECIPE_SCHEDULE', '1:19', '"0 0 31 2 *" names a time that never comes']])
    expect(problems('schedule: { timezone: UTC }')).toMatchObject([['RECIPE_FIELD_MISSING', '1:11', '`schedule` has no `cron`', expect.any(String)]])
    expect(problems("schedule: { cron: '@daily', catch_up: most, overlap: 3 }")).toMatchObject([
      ['RECIPE_FIELD_VALUE', '1:39', '`schedule.catch_up` must be `none`, `last` or `all`, not the text `most`'],
      [expect.any(String), '1:54', '`schedule.overlap` must be `skip`, `queue` or `cancel_running`, not `3`'],
    ])
    expect(problems('schedule: 7')).toMatchObject([['RECIPE_FIELD_TYPE', '1:11', expect.any(String)]])
    expect(problems('schedule:')).toHaveLength(1)
  })

  it.each([
    ['CRON_TZ=Asia/Tokyo 5 4 * * *', "write the zone beside it: `{ cron: '5 4 * * *', timezone: Asia/Tokyo }`"],
    ['@every 5m', 'write the minutes or the hours: `*/5 * * * *`, `0 */6 * * *`'],
    ['30 0 5 * * 1', 'without seconds: `0 5 * * 1`'],
    ['0 5 1 JAN,JUL ?', '`*` is any: `0 5 1 JAN,JUL *`'],
  ])('says what to write for %s, which others take', (cron, fix) => {
    expect(problems(`schedule: '${cron}'`)).toMatchObject([['RECIPE_SCHEDULE', '1:11', expect.any(String), fix]])
  })

  it('knows what others call its fields', () => {
    expect(problems("cron: '@daily'")).toMatchObject([['RECIPE_FIELD_UNKNOWN', '1:1', 'a recipe has no field `cron`', 'did you mean `schedule`?']])
    expect(problems("schedule: { cron: '@daily', tz: UTC }")).toMatchObject([['RECIPE_FIELD_UNKNOWN', '1:29', '`schedule` has no field `tz`', 'did you mean `timezone`?']])
  })

  it('leaves no parameter open', () => {
    expect(problems("schedule: '@daily'\nparams: { day: string, days: 3 }")).toEqual([
      ['RECIPE_SCHEDULE', '2:16', 'the parameter `day` has no default, and nobody gives a scheduled run its parameters', 'give it a default: `{ type: ..., default: ... }`'],
    ])
    const schema = '{ type: object, properties: { a: { type: integer }, b: { default: 1 } }, required: [a, b] }'
    expect(problems(`schedule: '@daily'\nparams: ${schema}`)).toMatchObject([['RECIPE_SCHEDULE', '2:42', expect.stringContaining('`a`'), expect.any(String)]])
    expect(problems("schedule: '@daily'\nparams: { days: 3 }")).toEqual([])
    expect(problems("schedule: '@daily'\nparams: { day: strng }").map(([code]) => code)).toEqual(['RECIPE_SCHEMA'])
  })

  it('is checked in plans made in code, too', () => {
    const { plan } = compile("schedule: '@daily'")
    const faults = (schedule: object, params?: object) => {
      try {
        return checkPlan({ ...plan, schedule, ...(params && { params }) }) && []
      } catch (error) {
        return (error as { details: { problems: unknown[] } }).details.problems
      }
    }
    expect(faults({ cron: 'x', timezone: 'Mars/X' })).toMatchObject([{ path: 'schedule.cron' }, { path: 'schedule.timezone', message: 'there is no time zone "Mars/X"' }])
    expect(faults({ cron: '? * * * *' })).toMatchObject([{ message: expect.stringContaining('`?` is not a time') }])
    expect(faults({ cron: '@daily' }, { type: 'object', properties: { a: {} }, required: ['a'] })).toMatchObject([{ path: 'schedule', message: expect.stringContaining('no default of a') }])
    expect(faults({ cron: '@daily', catchUp: 'x' })).toMatchObject([{ path: 'schedule.catchUp' }])
  })
})
