export { ApprovalsSection as default } from '@/screens/approvals/approvals-section';
