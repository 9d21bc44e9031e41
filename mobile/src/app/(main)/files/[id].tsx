export { FileScreen as default } from '@/screens/files/file-screen';
