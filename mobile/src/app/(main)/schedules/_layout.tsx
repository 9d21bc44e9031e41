export { Section as default } from '@/screens/shell/section';
