import assert from 'node:assert/strict'
import { using, type SinkConformanceCase, type SinkUnderTest } from './sink-under-test.ts'

/** Short, so that a case does not take long. */
const IMPATIENT = { patienceMs: 300, requestMs: 2000 }

/** A sink that cannot be made to fail has nothing to show here. */
const withOutage = (name: string, run: (subject: SinkUnderTest, breakDown: () => Promise<() => Promise<void>>) => Promise<void>): SinkConformanceCase => ({
  name,
  run: async (subject) => (subject.breakDown === undefined ? undefined : run(subject, subject.breakDown.bind(subject))),
})

export const outageCases: readonly SinkConformanceCase[] = [
  withOutage('loses nothing in an outage: the job fails, and a flush delivers each event once', async (subject, breakDown) => {
    const emit = (from: number, to: number, runId: string) =>
      using(
        subject,
        async (hub) => {
          const client = hub.client({ runId })
          for (let n = from; n < to; n += 1) client.emit({ type: 't', source: 's', payload: { n } })
          await client.settle()
        },
        IMPATIENT,
      )
    await emit(0, 100, 'before')
    const repair = await breakDown()
    await assert.rejects(emit(100, 1000, 'during'), { code: 'EVENTS_UNDELIVERED' })
    await repair()
    await using(subject, async (hub) => assert.deepEqual(await hub.flush(), { delivered: 900, rejected: 0, waiting: 0 }))
    await emit(100, 1000, 'during')
    const numbers = (await subject.read()).map(({ payload }) => (JSON.parse(payload) as { n: number }).n)
    assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: 1000 }, (_, n) => n))
  }),
  withOutage('lets a job succeed in an outage where the outbox is enough, and has its events later', async (subject, breakDown) => {
    const repair = await breakDown()
    await using(
      subject,
      async (hub) => {
        const client = hub.client({ runId: 'during' })
        client.emit({ type: 't', source: 's', payload: 1 })
        await client.settle()
        assert.equal(hub.counts('during').waiting, 1)
      },
      { ...IMPATIENT, allowOutbox: true },
    )
    await repair()
    await using(subject, async (hub) => {
      const client = hub.client({ runId: 'after' })
      client.emit({ type: 't', source: 's', payload: 2 })
      await client.settle()
    })
    assert.deepEqual((await subject.read()).map(({ payload }) => payload).sort(), ['1', '2'])
  }),
]
