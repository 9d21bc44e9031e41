export { NotFoundScreen as default } from '@/screens/shell/not-found-screen';
