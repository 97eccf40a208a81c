/** @file /v1/fine_tuning/jobs: tuning the embedded base as a job that is followed over HTTP. */
export { fineTuningRoutes } from './routes.ts'
