export { HistoryScreen as default } from '@/screens/schedules/history-screen';
