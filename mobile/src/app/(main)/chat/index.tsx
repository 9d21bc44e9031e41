export { ChatHomeScreen as default } from '@/screens/chat/chat-home-screen';
