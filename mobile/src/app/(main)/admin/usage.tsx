export { UsageScreen as default } from '@/screens/admin/usage-screen';
