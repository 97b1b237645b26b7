import { defineJob } from '@lorc/event-client'

const SOURCE = 'final-form/days'

/** Emits how many earthquakes each day had, and the strongest of them, where that is not known yet. */
export const countByDay = defineJob({
  summary: 'Counts the earthquakes of each day',
  async run({ events, log }) {
    const rows = await events.query(`
      SELECT DATE(created_at) AS day, COUNT(DISTINCT subject_id) AS earthquakes,
        MAX(CAST(JSON_VALUE(payload, '$.magnitude') AS FLOAT64)) AS strongest
      FROM events WHERE event_type = 'earthquake.canonical' GROUP BY day ORDER BY day`)
    // The same counts again are the same event.
    for (const row of rows) events.emit({ type: 'earthquakes.of_day', source: SOURCE, subjectId: row['day'] as string, payload: row, idempotencyKey: JSON.stringify(row) })
    log.info('counted', { days: rows.length })
    return rows
  },
})
