/** @file PGlite's Node file system with a working fsync: an acknowledged commit survives a power cut. */
import { fsyncSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type EmscriptenModule = {
  FS: {
    filesystems: {
      NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } }
    }
  }
}

/** PGlite starts Postgres with `-F` (no fsync) because Emscripten's NODEFS lacks the operation; this adds it. */
export class DurableFs extends NodeFS {
  override async init(
    ...[engine, options]: Parameters<NodeFS['init']>
  ): ReturnType<NodeFS['init']> {
    const amended = await super.init(engine, options)
    amended.emscriptenOpts.preRun ??= []
    const hooks = amended.emscriptenOpts.preRun as unknown as ((module: EmscriptenModule) => void)[]
    hooks.push((module) => {
      module.FS.filesystems.NODEFS.stream_ops.fsync = (stream) => {
        fsyncSync(stream.nfd)
        return 0
      }
    })
    return amended
  }
}

/** `fdatasync` is a no-op in Emscripten, so the write-ahead log is synced with `fsync`. */
export const durableStartParams: string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
]
