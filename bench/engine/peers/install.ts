/** @file `npm run bench -- install-llama-cpp`: for the tests that compare with llama.cpp, which download nothing. */
import { installLlamaCpp } from '../llama-cpp-peer.ts'

/** @throws GraftError install_failed | peer_missing */
export async function run(): Promise<void> {
  for (const [name, version] of Object.entries(installLlamaCpp()))
    console.log(`${name} ${version} is installed`)
}
