/** @file Public face of the server. */
export { type AppOptions, createApp } from './app.ts'
export { ServerError, type ServerErrorCode } from './errors.ts'
export type { LogEntry, LogFormat } from './log.ts'
export { type RunningServer, type ServeOptions, startServer } from './serve.ts'
