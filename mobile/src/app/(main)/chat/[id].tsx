export { ThreadScreen as default } from '@/screens/chat/thread-screen';
