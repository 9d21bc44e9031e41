export { AuditScreen as default } from '@/screens/admin/audit-screen';
