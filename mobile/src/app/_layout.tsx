export { Root as default } from '@/screens/shell/root';
