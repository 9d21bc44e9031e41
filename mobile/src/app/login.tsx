export { LoginScreen as default } from '@/screens/login/login-screen';
