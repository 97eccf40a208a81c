/** @file How an MCP server is reached, and what is believed of it. */

export type McpServerSetting = (
  | {
      /** A program that speaks MCP on its standard input and output. */
      command: string
      args?: readonly string[]
      env?: Readonly<Record<string, string>>
    }
  | { url: string; headers?: Readonly<Record<string, string>> }
) & {
  /** Tools that the server says only read are called without approval. Default false. */
  trustReadOnly?: boolean
  /** Only these tools. Default: all. */
  tools?: readonly string[]
  /** Rules by tool: the arguments to call it with for a question, or undefined. */
  when?: Readonly<Record<string, (question: string) => unknown>>
  /** Default 15,000. */
  timeoutMs?: number
}
