export { AuditLog, type AuditVerification } from './lib/audit/audit-log.ts'
export type { AuditAction, AuditOutcome, AuditRecord } from './lib/audit/audit-record.ts'
export { SteeringLog, type SteeringLogPorts, type SteeringRequest } from './lib/audit/steering-log.ts'
export { KEY_SCOPES, KeyStore, type KeyScope, type NewKey, type StoredKey } from './lib/auth/key-store.ts'
