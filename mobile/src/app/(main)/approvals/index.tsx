export { ApprovalsHomeScreen as default } from '@/screens/approvals/approvals-home-screen';
