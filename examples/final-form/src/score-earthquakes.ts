import { defineJob } from '@lorc/event-client'
import * as z from 'zod'
import { FORMULA, score, type Scored } from './score.ts'

const SOURCE = 'final-form/scores'

interface Row {
  event_id: string
  subject_id: string
  created_at: string
  payload: Scored & { place: string }
}

/**
 * The newest form of each earthquake from `--since` to `--until` that this formula has not scored. Without the `DISTINCT`, SQLite
 * would go through all scores for each form, where it now makes an index of them.
 */
const UNSCORED = `
  WITH canonical AS (
    SELECT event_id, subject_id, created_at, payload,
      ROW_NUMBER() OVER (PARTITION BY subject_id ORDER BY JSON_VALUE(payload, '$.updated') DESC) AS nth
    FROM events WHERE event_type = 'earthquake.canonical' AND created_at >= TIMESTAMP(?) AND created_at < TIMESTAMP(?)
  ), scored AS (
    SELECT DISTINCT JSON_VALUE(payload, '$.of') AS of_event FROM events
    WHERE event_type = 'earthquake.scored' AND JSON_VALUE(payload, '$.formula') = ?
  )
  SELECT canonical.event_id, canonical.subject_id, canonical.created_at, canonical.payload
  FROM canonical LEFT JOIN scored ON scored.of_event = canonical.event_id
  WHERE canonical.nth = 1 AND scored.of_event IS NULL
  ORDER BY canonical.created_at, canonical.subject_id`

/** Scores what the canonizer has emitted and this formula has not scored yet; tells the highest of them. */
export const scoreEarthquakes = defineJob({
  summary: 'Scores earthquakes by how much they mattered',
  params: z.object({
    top: z.int().min(0).default(5).describe('How many of the highest to tell'),
  }),
  async run({ params, since, until, events, log, signal }) {
    const window = [since?.toISOString() ?? '1970-01-01T00:00:00.000Z', until?.toISOString() ?? '9999-12-31T00:00:00.000Z']
    const rows = (await events.query(UNSCORED, [...window, FORMULA])) as unknown as Row[]
    signal.throwIfAborted()
    const scored = rows.map(({ event_id, subject_id, created_at, payload }) => {
      const one = { of: event_id, formula: FORMULA, score: score(payload), place: payload.place, magnitude: payload.magnitude }
      events.emit({ type: 'earthquake.scored', source: SOURCE, subjectId: subject_id, time: created_at, payload: one, idempotencyKey: `score/${FORMULA}/${event_id}` })
      return one
    })
    log.info('scored', { count: scored.length })
    const highest = scored.toSorted((a, b) => b.score - a.score).slice(0, params.top)
    return { count: scored.length, top: highest.map(({ score, place, magnitude }) => ({ score, place, magnitude })) }
  },
})
