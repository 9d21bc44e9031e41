export { SchedulesScreen as default } from '@/screens/schedules/schedules-screen';
