export { FilesHomeScreen as default } from '@/screens/files/files-home-screen';
