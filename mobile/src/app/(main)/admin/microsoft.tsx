export { MicrosoftScreen as default } from '@/screens/admin/microsoft-screen';
