const TYPES = ['email.received', 'email.sent', 'email.read', 'email.deleted', 'thread.closed']
const TEXT = 'x'.repeat(180)

/** The nth event that everybody emits: about 450 bytes as a row. */
export function eventSample(n) {
  return {
    type: TYPES[n % TYPES.length],
    source: 'ingester/gmail/acct1-personal',
    schemaRef: 'email.received/v1',
    subjectId: `m${n}`,
    payload: {
      account: 'acct1-personal',
      from: 'someone@example.com',
      id: n,
      labels: ['INBOX', 'UNREAD'],
      size: n * 7,
      subject: `Message number ${n}`,
      text: TEXT,
    },
  }
}
