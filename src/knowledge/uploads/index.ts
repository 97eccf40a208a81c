/** @file Uploads, as the knowledge object uses them. */
export type { UploadedFile } from './uploaded-file.ts'
export { createUploads, parseFileUri, type StoreHit, type Uploads } from './uploads.ts'
export type {
  Attributes,
  NewStoreFile,
  StoreBatch,
  StoreFile,
  VectorStore,
} from './vector-store.ts'
