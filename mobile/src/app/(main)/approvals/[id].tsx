export { ApprovalScreen as default } from '@/screens/approvals/approval-screen';
