import * as z from 'zod'

/** A problem document (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe('A URI that names the kind of problem: `urn:lorc:error:` and the code.'),
    title: z.string().describe('What the code means.'),
    status: z.int(),
    detail: z.string().describe('What failed, on which argument, with which value.'),
    code: z.string().describe('For programs; docs/errors.md lists every one.'),
    fix: z.string().optional().describe('What to do about it.'),
    errors: z
      .array(
        z.object({
          path: z.string().describe('A JSON Pointer into the request: `/body/params/days`.'),
          message: z.string(),
          fix: z.string().optional(),
        }),
      )
      .optional()
      .describe('Each field that is wrong.'),
    run_id: z.string().optional().describe('The run that this is about.'),
    details: z.record(z.string(), z.json()).optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.output<typeof problemSchema>
