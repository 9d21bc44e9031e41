export { Shell as default } from '@/screens/shell/shell';
