/** @file /v1/files: upload, list, read and delete files. */
export { type FilesOptions, filesRoutes } from './routes.ts'
