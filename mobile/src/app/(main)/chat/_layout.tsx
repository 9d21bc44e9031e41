export { ChatSection as default } from '@/screens/chat/chat-section';
