/** @file Every kind of finding, with its severity and what to do. docs/guides/examples.md explains them. */

/** An error keeps a row from being trained as meant, a warning may, an info is good to know. */
export type Severity = 'error' | 'warning' | 'info'

type Kind = { readonly severity: Severity; readonly fix: string }

const error = (fix: string): Kind => ({ severity: 'error', fix })
const warning = (fix: string): Kind => ({ severity: 'warning', fix })
const info = (fix: string): Kind => ({ severity: 'info', fix })

export type FindingCode =
  | 'empty_file'
  | 'invalid_encoding'
  | 'invalid_json'
  | 'malformed_csv'
  | 'wrong_column_count'
  | 'not_an_object'
  | 'unknown_format'
  | 'mixed_formats'
  | 'empty_row'
  | 'missing_field'
  | 'wrong_type'
  | 'unknown_field'
  | 'unsupported_content'
  | 'unknown_role'
  | 'invalid_weight'
  | 'weight_ignored'
  | 'no_answer_at_end'
  | 'no_question'
  | 'system_not_first'
  | 'repeated_role'
  | 'nothing_trained'
  | 'invalid_tool'
  | 'unchecked_tool'
  | 'tools_missing'
  | 'unknown_tool'
  | 'invalid_arguments'
  | 'result_without_call'
  | 'call_without_result'
  | 'duplicate_call_id'
  | 'empty_content'
  | 'surrounding_whitespace'
  | 'replacement_character'
  | 'mojibake'
  | 'control_character'
  | 'control_token'
  | 'too_long'
  | 'not_renderable'
  | 'too_few_examples'
  | 'exact_duplicate'
  | 'near_duplicate'
  | 'contradictory_answers'
  | 'leaked'
  | 'nearly_leaked'
  | 'suspect_label'
  | 'label_variant'
  | 'rare_label'
  | 'class_imbalance'
  | 'personal_data'
  | 'secret'
  | 'refusal'
  | 'refusal_share'
  | 'format_outlier'

export const findingKinds: Readonly<Record<FindingCode, Kind>> = {
  // reading
  empty_file: error('Write one example per line.'),
  invalid_encoding: error('Save the file as UTF-8.'),
  invalid_json: error('Write each row as one JSON object on one line.'),
  malformed_csv: error('Close the quote, and double quotes inside a quoted field.'),
  wrong_column_count: error('Give the row one field for each column, quoting those with commas.'),
  not_an_object: error('Write the row as a JSON object, such as {"messages": […]}.'),
  unknown_format: error(
    'Name the fields as one of the formats does, or map columns: --columns prompt=question,completion=reply.',
  ),
  mixed_formats: warning('Convert the file to one format; --fix writes all rows as chat.'),
  empty_row: error('Remove the row.'),
  // schema
  missing_field: error('Add the field.'),
  wrong_type: error('Write the value with the type that is expected.'),
  unknown_field: warning('Remove or rename the field; hosted trainers refuse it.'),
  unsupported_content: error('Keep text parts only; images and audio are not trained.'),
  unknown_role: error('Use system, developer, user, assistant or tool.'),
  invalid_weight: error('Use 1 to train an assistant message and 0 to skip it.'),
  weight_ignored: warning('Remove the weight: only assistant messages are trained.'),
  // order
  no_answer_at_end: error('End the conversation with the assistant message to learn.'),
  no_question: warning('Put a user message in front of the first answer.'),
  system_not_first: error('Keep one system message, as the first.'),
  repeated_role: warning('Join the messages: many chat templates refuse the same role twice.'),
  nothing_trained: error('Leave one assistant message without weight 0, or remove the row.'),
  // tools
  invalid_tool: error(
    'Describe tools as {"type": "function", "function": {"name": …, "parameters": …}}.',
  ),
  unchecked_tool: info('Check the arguments of this tool by other means.'),
  tools_missing: warning('Add the tools of the conversation as "tools", as they are when served.'),
  unknown_tool: error('Correct the name, or add the tool to "tools".'),
  invalid_arguments: error('Correct the arguments to what the parameters of the tool allow.'),
  result_without_call: error('Give the result the tool_call_id of a call before it.'),
  call_without_result: error(
    'Add a tool message with the id of the call before the conversation goes on.',
  ),
  duplicate_call_id: error('Give every tool call an id of its own.'),
  // text
  empty_content: error('Write the text, or remove the message.'),
  surrounding_whitespace: warning('Trim the text: blanks at its ends change its tokens.'),
  replacement_character: warning(
    'Restore the lost characters from the source and export it as UTF-8.',
  ),
  mojibake: warning('Read the source as UTF-8, not as Windows-1252, and export it again.'),
  control_character: warning('Remove the character; it is invisible and seldom meant.'),
  control_token: error('Remove the token from the text: it would end or forge a turn.'),
  // length
  too_long: error('Shorten or split the conversation; what is beyond the context is never seen.'),
  not_renderable: error('Rewrite the conversation so that the chat template takes it.'),
  too_few_examples: warning('Collect more: 50 to 100 good examples usually show a first effect.'),
  // rows against rows
  exact_duplicate: warning('Remove the row: repeated rows are learned by heart.'),
  near_duplicate: warning('Keep one of them, or vary them; split by cluster, not by row.'),
  contradictory_answers: warning('Decide which answer is right and correct the other row.'),
  leaked: error('Remove the row from one of the two parts; a score on it says nothing.'),
  nearly_leaked: warning('Remove the row from one of the two parts, or split by cluster.'),
  // labels
  suspect_label: warning('Read the row again: similar rows have another label.'),
  label_variant: warning('Write the label in one way.'),
  rare_label: info('Add examples: a label seen this seldom is hardly learned.'),
  class_imbalance: info('Add examples of rare labels, or expect the frequent one to be preferred.'),
  // content
  personal_data: warning('Replace it with a placeholder: trained models repeat what they saw.'),
  secret: error('Revoke it, and remove it from the data.'),
  refusal: info('Keep it only where the assistant is meant to refuse.'),
  refusal_share: warning('Remove refusals that are not meant; they are learned fast.'),
  format_outlier: warning(
    'Bring the answer into the form of the others, if it is not meant to differ.',
  ),
}
