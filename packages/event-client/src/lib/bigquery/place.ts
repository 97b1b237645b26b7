import { EventError } from '../errors.ts'

/** The dataset that holds the tables. Names are safe to stand in a statement. */
export interface DatasetPlace {
  readonly project: string
  readonly dataset: string
  /** Of the table of events. */
  readonly table: string
}

export const RAW_OBJECTS = 'raw_objects'

/** The view in which each event is once, however often it was delivered. */
export const viewOf = (table: string): string => `${table}_deduplicated`

/** `project.dataset.table`, quoted. */
export function quoted({ project, dataset }: DatasetPlace, table?: string): string {
  return `\`${[project, dataset, ...(table === undefined ? [] : [table])].join('.')}\``
}

/** Checks the names. Throws EventError EVENTS_OPTION_INVALID. */
export function checkedPlace({ project, dataset, table }: DatasetPlace): DatasetPlace {
  check('project', project, /^[a-z][a-z0-9.:-]{3,98}[a-z0-9]$/, 'Name it by its id: lower-case letters, digits and hyphens, as in my-project-123456.')
  check('dataset', dataset, /^\w{1,1024}$/, WORD)
  check('table', table, /^\w{1,1000}$/, WORD)
  return { project, dataset, table }
}

const WORD = 'Letters, digits and underscores make one.'

function check(what: string, name: string, form: RegExp, fix: string): void {
  if (!form.test(name)) throw new EventError('EVENTS_OPTION_INVALID', `\`${name}\` is not a valid name of a ${what} of BigQuery.`, { fix })
}

/** The dataset of a namespace of smoke tests. */
export const smokeDataset = (namespace: string): string => `smoke_${namespace}`
