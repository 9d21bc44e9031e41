export { ToChat as default } from '@/screens/shell/to-chat';
