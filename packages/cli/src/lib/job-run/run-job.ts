import { paramNames, paramsJsonSchema, readParams, readTimeWindow } from '@lorc/event-client'
import { assertDeclaredParams, trustPlan } from '@lorc/runner/jobs'
import type { Surroundings } from '../command-line/command.ts'
import { driving, type DrivingOptions } from '../driving/driving.ts'
import type { JobsOptions } from '../engine.ts'
import { CliError } from '../errors.ts'
import { eventsOptions } from '../events-options.ts'
import { givenParams } from '../driving/run-params.ts'
import { asMeant } from './as-meant.ts'
import { jobPlan } from './job-plan.ts'
import type { JobOptions } from './job-options.ts'

/**
 * Runs a job of an installed package as a plan of one step. All that can be wrong with what it is given is told before
 * anything is recorded. Returns the exit status.
 */
export async function runJob(
  surroundings: Surroundings,
  packageName: string,
  jobName: string,
  options: JobOptions & DrivingOptions & { 'dry-run': boolean },
): Promise<number> {
  const { engine, io } = surroundings
  const jobs: JobsOptions = { dryRun: options['dry-run'], logLevel: options['log-level'] }
  return await driving(surroundings, { ...options, jobs }, async (workspace) => {
    if (options.account === '') throw new CliError('CLI_OPTION_INVALID', '--account is empty.', { fix: 'name the account, or leave the option out.' })
    const found = await engine.findJob(packageName, jobName, workspace)
    jobs.finder = found.finder
    const schema = paramsJsonSchema(found.spec) ?? found.place.params
    const given = (await givenParams({ params: schema, names: paramNames(found.spec, found.place.params) }, options, io.cwd)) ?? {}
    const params = schema === undefined ? await asMeant(found.spec, given, options.param) : given
    const { label } = found.place
    await readParams(found.spec, params, label, found.place.params)
    assertDeclaredParams(found.spec, params, found.place)
    readTimeWindow(options, io.now())
    eventsOptions(workspace, io.env, options)
    const plan = jobPlan(found, params, options)
    // Its parts were checked one by one: to check it as a whole takes a schema library, and longer than a short job.
    trustPlan(plan)
    return ({ runner }) => runner.start(plan)
  })
}
