export { NewScheduleScreen as default } from '@/screens/schedules/new-schedule-screen';
